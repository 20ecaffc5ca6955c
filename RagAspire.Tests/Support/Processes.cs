namespace RagAspire.Tests.Support;

/// <summary>
/// Tests that start and break processes of their own run in three chains, which take about equally long: all at once they would
/// starve each other, and in one chain they would take as long as the whole run.
/// </summary>
public static class Processes
{
    public const string AppHosts = "processes: AppHosts, and what is killed";
    public const string Watched = "processes: systems that are watched, replicas";
    public const string Systems = "processes: systems with settings of their own";

    public static IReadOnlySet<string> Chains { get; } = new HashSet<string> { AppHosts, Watched, Systems };
}
