using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary><c>postmaster.pid</c>: the server that runs, or ran, on a cluster.</summary>
internal static class PostmasterFile
{
    // The file keeps whole seconds, and the system clock may have been set since.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    public static string PathIn(string cluster) => Path.Combine(cluster, "postmaster.pid");

    public static ProcessMark? Read(string cluster)
    {
        try
        {
            var lines = File.ReadAllLines(PathIn(cluster));
            return lines.Length >= 3
                && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
                && long.TryParse(lines[2], CultureInfo.InvariantCulture, out var startedAt)
                ? new ProcessMark(processId, DateTimeOffset.FromUnixTimeSeconds(startedAt))
                : null;
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static bool IsRunning(ProcessMark server) => server.IsRunning(Tolerance, "postgres");
}
