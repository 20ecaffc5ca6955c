using System.Runtime.CompilerServices;
using System.Text;

namespace RagAspire.Embedded.Postgres;

/// <summary>Follows the server's log through its rotation.</summary>
internal static class PostgresLog
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);

    /// <summary>Lines that are written after the call, until cancelled; an incomplete line waits for its end.</summary>
    public static async IAsyncEnumerable<string> FollowAsync(
        string cluster, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = CurrentFile(cluster);
        var position = path is null ? 0 : new FileInfo(path).Length;
        var pending = new StringBuilder();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (path is not null)
            {
                (var text, position) = Read(path, position);
                foreach (var line in CompleteLines(pending.Append(text)))
                {
                    yield return line;
                }
            }

            // The collector names its file in current_logfiles; another one starts at its beginning.
            if (CurrentFile(cluster) is { } current && current != path)
            {
                (path, position) = (current, 0);
                pending.Clear();
                continue;
            }

            await Task.Delay(Interval, TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string? CurrentFile(string cluster)
    {
        try
        {
            const string prefix = "stderr ";
            var line = File.ReadLines(Path.Combine(cluster, "current_logfiles"))
                .FirstOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal));
            var path = line is null ? null : Path.Combine(cluster, line[prefix.Length..]);
            return File.Exists(path) ? path : null;
        }
        catch (IOException)
        {
            // There is no server yet, or it is replacing the file.
            return null;
        }
    }

    // A file of last week is truncated when its day comes again, and then read from its beginning.
    private static (string Text, long Position) Read(string path, long position)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = file.Length < position ? 0 : position;
            using var reader = new StreamReader(file, Encoding.UTF8);
            var text = reader.ReadToEnd();
            return (text, file.Position);
        }
        catch (IOException)
        {
            return ("", position);
        }
    }

    private static List<string> CompleteLines(StringBuilder pending)
    {
        var text = pending.ToString();
        var end = text.LastIndexOf('\n') + 1;
        pending.Clear().Append(text, end, text.Length - end);
        return [.. text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r'))];
    }
}
