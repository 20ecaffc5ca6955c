using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary><c>postmaster.pid</c>: identifies the server that runs, or last ran, on a cluster.</summary>
internal static class PostmasterFile
{
    // The file has whole seconds, and the system clock may have been changed since.
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    public static string PathIn(string cluster) => Path.Combine(cluster, "postmaster.pid");

    public static ProcessIdentity? Read(string cluster)
    {
        try
        {
            var lines = File.ReadAllLines(PathIn(cluster));
            return lines.Length >= 3
                && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
                && long.TryParse(lines[2], CultureInfo.InvariantCulture, out var startedAt)
                ? new ProcessIdentity(processId, DateTimeOffset.FromUnixTimeSeconds(startedAt))
                : null;
        }
        catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public static bool IsRunning(ProcessIdentity server) => server.IsRunning(Tolerance, "postgres");
}
