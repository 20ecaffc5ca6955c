using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RagAspire.Documents.Intake;

/// <summary>
/// Removes the temporary files of killed processes when a process starts, so that a process that is killed again and again does
/// not fill the disk until the nightly clean-up.
/// </summary>
public sealed partial class AbandonedFiles(TimeProvider time, ILogger<AbandonedFiles> logger) : IHostedService
{
    // A process in another container may share the folder, and its id says nothing here.
    private static readonly TimeSpan InUse = TimeSpan.FromMinutes(10);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Remove(Path.GetTempPath());
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal void Remove(string folder)
    {
        var (count, bytes) = (0, 0L);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles($"{TemporaryFile.Prefix}*"))
        {
            try
            {
                if (IsAbandoned(file))
                {
                    var length = file.Length;
                    file.Delete();
                    (count, bytes) = (count + 1, bytes + length);
                }
            }
            catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
            {
                // Removed meanwhile, or of another user: the nightly clean-up reports it.
            }
        }

        if (count > 0)
        {
            Log.Removed(logger, count, bytes);
        }
    }

    private bool IsAbandoned(FileInfo file) =>
        int.TryParse(file.Extension.AsSpan(Math.Min(1, file.Extension.Length)), CultureInfo.InvariantCulture, out var processId)
        && time.GetUtcNow() - file.LastWriteTimeUtc > InUse
        && (processId == Environment.ProcessId || !IsRunning(processId));

    private static bool IsRunning(int processId)
    {
        try
        {
            using var process = Process.GetProcessById(processId);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Count} temporary files of ended processes were removed, {Bytes} bytes")]
        public static partial void Removed(ILogger logger, int count, long bytes);
    }
}
