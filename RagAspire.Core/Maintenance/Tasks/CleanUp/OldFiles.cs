using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Documents.Intake;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Old log files and the temporary files of killed processes: ours only, told by folder and by name.</summary>
public sealed partial class OldFiles(IOptions<CleanUpOptions> options, IConfiguration configuration, TimeProvider time)
{
    public void Clean(ReportBuilder tally, bool dryRun, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var folder in LogFolders().Where(Directory.Exists))
        {
            Remove("log files", Directory.EnumerateFiles(folder).Where(IsLog), now.AddDays(-options.Value.LogDays), tally, dryRun, cancellationToken);
        }

        var temporary = Directory.EnumerateFileSystemEntries(Path.GetTempPath(), $"{TemporaryFile.Prefix}*")
            .Where(path => OurTemporary().IsMatch(Path.GetFileName(path)));
        Remove("temporary files", temporary, now.AddHours(-options.Value.TemporaryHours), tally, dryRun, cancellationToken);
    }

    private IEnumerable<string> LogFolders() =>
        options.Value.LogFolders.Count > 0 ? options.Value.LogFolders
        : configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? [Path.Combine(data, "logs")]
        : [];

    private static void Remove(
        string what, IEnumerable<string> paths, DateTimeOffset before, ReportBuilder tally, bool dryRun, CancellationToken cancellationToken)
    {
        var (removed, bytes) = (0, 0L);
        foreach (var path in paths.ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            tally.Examined++;
            try
            {
                FileSystemInfo entry = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
                if (!entry.Exists || entry.LastWriteTimeUtc >= before.UtcDateTime)
                {
                    continue;
                }

                bytes += entry is FileInfo file ? file.Length : 0;
                if (!dryRun)
                {
                    Delete(entry);
                }

                removed++;
            }
            catch (Exception ex) when (ex is FileNotFoundException or DirectoryNotFoundException)
            {
                // Whoever made it has removed it meanwhile.
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                tally.Fail($"{path} cannot be removed: {ex.Message}");
            }
        }

        tally.Changed += removed;
        if (removed > 0)
        {
            tally.Note(FormattableString.Invariant($"{removed} {what}, {bytes / 1048576.0:0.#} MiB, {(dryRun ? "would be removed" : "removed")}."));
        }
    }

    /// <summary>A link is removed and never followed.</summary>
    private static void Delete(FileSystemInfo entry)
    {
        if (entry is DirectoryInfo { LinkTarget: null } folder)
        {
            folder.Delete(recursive: true);
        }
        else
        {
            entry.Delete();
        }
    }

    private static bool IsLog(string path) => LogName().IsMatch(Path.GetFileName(path));

    /// <summary>Also what was rotated or packed: <c>api.log</c>, <c>api.log.1</c>, <c>api.log.2.gz</c>, <c>api-20260101.log</c>.</summary>
    [GeneratedRegex(@"\.log(\.[0-9]+)?(\.(gz|zst|zip))?$", RegexOptions.IgnoreCase)]
    private static partial Regex LogName();

    /// <summary>The names that we make: the prefix, a number that nobody else has, and what it is for.</summary>
    [GeneratedRegex(@"^ragaspire-[0-9a-f]{32}(\.[a-z]+)?$")]
    private static partial Regex OurTemporary();
}
