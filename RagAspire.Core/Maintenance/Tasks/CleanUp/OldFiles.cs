using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RagAspire.Documents.Intake;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Removes old log files and the temporary files of killed processes, by folder and by name.</summary>
public sealed partial class OldFiles(IOptions<CleanUpOptions> options, IConfiguration configuration, TimeProvider time)
{
    public void Clean(ReportBuilder report, bool dryRun, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var folder in LogFolders().Where(Directory.Exists))
        {
            var logs = Directory.EnumerateFiles(folder).Where(IsLog);
            Remove("log files", logs, now.AddDays(-options.Value.LogDays), report, dryRun, cancellationToken);
        }

        var temporary = Directory.EnumerateFileSystemEntries(Path.GetTempPath(), $"{TemporaryFile.Prefix}*")
            .Where(path => TemporaryName().IsMatch(Path.GetFileName(path)));
        Remove("temporary files", temporary, now - options.Value.TemporaryFileAge, report, dryRun, cancellationToken);
    }

    private IEnumerable<string> LogFolders() =>
        options.Value.LogFolders.Count > 0 ? options.Value.LogFolders
        : configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? [Path.Combine(data, "logs")]
        : [];

    private static void Remove(
        string kind,
        IEnumerable<string> paths,
        DateTimeOffset before,
        ReportBuilder report,
        bool dryRun,
        CancellationToken cancellationToken)
    {
        var (removed, bytes) = (0, 0L);
        foreach (var path in paths.ToList())
        {
            cancellationToken.ThrowIfCancellationRequested();
            report.Examined++;
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
                // Its process has removed it meanwhile.
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                report.Fail($"{path} cannot be removed: {ex.Message}");
            }
        }

        report.Changed += removed;
        if (removed > 0)
        {
            var done = dryRun ? "would be removed" : "removed";
            report.Note(FormattableString.Invariant($"{removed} {kind}, {bytes / 1048576.0:0.#} MiB, {done}."));
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

    /// <summary>Rotated and compressed files too: <c>api.log</c>, <c>api.log.1</c>, <c>api.log.2.gz</c>.</summary>
    [GeneratedRegex(@"\.log(\.[0-9]+)?(\.(gz|zst|zip))?$", RegexOptions.IgnoreCase)]
    private static partial Regex LogName();

    /// <summary>The names of <see cref="TemporaryFile"/>: a prefix, a unique number and the process.</summary>
    [GeneratedRegex(@"^ragaspire-[0-9a-f]{32}(\.[a-z0-9]+)?$")]
    private static partial Regex TemporaryName();
}
