using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded.Processes;

namespace RagAspire.Tests.Monitoring;

internal static class MonitoringPrograms
{
    /// <summary>Starts programs and waits until each answers.</summary>
    /// <param name="output">Where the supervisor writes, for the message of a failure.</param>
    public static async Task RunAsync(
        this Supervisor supervisor,
        IReadOnlyList<MonitoringProgram> programs,
        IReadOnlyDictionary<string, string> environment,
        StringWriter output)
    {
        var children = programs.Select(program => new ChildSpec(program.Name, program.Path, [.. program.Arguments])
        {
            Environment = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value),
            ReadyUrl = new Uri($"http://127.0.0.1:{program.Port}{program.HealthPath}"),
        }).ToList();
        children.ForEach(child => supervisor.Start(child));
        foreach (var child in children)
        {
            var refusal = await supervisor.WaitUntilReadyAsync(child, TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
            Assert.True(refusal is null, $"{child.Name}: {refusal}\n{output}");
        }
    }
}
