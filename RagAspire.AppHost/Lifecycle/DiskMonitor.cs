using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Says when the disk of the data directory is nearly full, and when it has space again.</summary>
internal sealed class DiskMonitor(AppHostOptions options, TimeProvider time, TextWriter output) : BackgroundService
{
    private const long Megabyte = 1 << 20;

    /// <summary>PostgreSQL writes its log in files of 16 MB, and stops when it cannot write one.</summary>
    private const long Least = 256 * Megabyte;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly DriveInfo _disk = new(options.DataDirectory);
    private bool _isShort;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            Check();
            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private void Check()
    {
        var free = _disk.AvailableFreeSpace;

        // Twice as much before all is well, so that a disk at the limit is not told of every few seconds.
        if (!_isShort && free < Least)
        {
            _isShort = true;
            output.WriteLine(
                $"The disk of {options.DataDirectory} has only {free / Megabyte} MB left. When it is full, uploads are refused and "
                + "PostgreSQL may stop; nothing that is stored is lost. Free some space.");
        }
        else if (_isShort && free > 2 * Least)
        {
            _isShort = false;
            output.WriteLine($"The disk of {options.DataDirectory} has {free / Megabyte} MB again.");
        }
    }
}
