using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>The free space and inodes of every disk, and of the data directory's own.</summary>
internal sealed class DiskProbe(IOptions<MachineOptions> options) : IProbe
{
    // A network file system whose server is away answers never, and must not hide the other disks.
    private static readonly TimeSpan OneDisk = TimeSpan.FromSeconds(1);

    private readonly MachineOptions _options = options.Value;
    private readonly KernelFiles _files = new(options.Value.Root);

    public string Name => "disks";

    /// <summary>Replaced by tests.</summary>
    internal Func<string, DiskUsage?> Usage { get; init; } = Disks.Usage;

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var data = DataDirectory();
        var mounts = Disks.Mounts(_files).ToList();
        if (mounts.Count == 0 && data is null)
        {
            throw new ProbeException("No disk was found: /proc/self/mountinfo cannot be read, and RAGASPIRE_DATA is not set.");
        }

        var silent = new ConcurrentQueue<string>();
        var usages = await Task.WhenAll(
            mounts.Concat(data is null ? [] : [data]).Select(path => UsageAsync(path, silent, cancellationToken)));
        var own = data is null ? null : usages[^1];
        var observations = usages.SkipLast(data is null ? 0 : 1).OfType<DiskUsage>()
            .Where(disk => own is null || !IsSame(disk, own))
            .SelectMany(disk => Judge(disk, window, MachineFindings.Disk, $"of the disk {disk.Mount}"));
        return ProbeException.Unless(
            [.. silent.Order(StringComparer.Ordinal).Select(path => $"The disk {path} gives no answer within {OneDisk.TotalSeconds:0} s.")],
        [
            .. own is null ? [] : Judge(own, window, MachineFindings.DataDisk, $"of the disk of the data directory {own.Mount}"),
            .. observations,
        ]);
    }

    private string? DataDirectory()
    {
        var path = _options.DataDirectory ?? Environment.GetEnvironmentVariable("RAGASPIRE_DATA");
        return string.IsNullOrEmpty(path) || !Directory.Exists(path) ? null : Path.GetFullPath(path);
    }

    private async Task<DiskUsage?> UsageAsync(string path, ConcurrentQueue<string> silent, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(() => Usage(path), cancellationToken).WaitAsync(OneDisk, cancellationToken);
        }
        catch (TimeoutException)
        {
            silent.Enqueue(path);
            return null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The same file system under another path.</summary>
    private static bool IsSame(DiskUsage disk, DiskUsage other) =>
        disk.Size == other.Size && disk.Inodes == other.Inodes && Math.Abs(disk.Free - other.Free) < 64 << 20;

    private IEnumerable<Observation> Judge(DiskUsage disk, DiagnosisWindow window, string code, string of)
    {
        var used = disk.Size <= 0 ? 0 : 100 * (disk.Size - disk.Free) / disk.Size;
        Note(window, "space", disk, used, $"df {disk.Mount}");
        if (used > _options.DiskPercent)
        {
            yield return new Observation(
                code,
                $"{Number(used)} % {of} are used; {Size(disk.Free)} of {Size(disk.Size)} are free.",
                [new Evidence($"df {disk.Mount}", $"{Number(used)} %", $"{Number(_options.DiskPercent)} %")])
            {
                Subject = disk.Mount,
            };
        }

        if (disk.Inodes <= 0)
        {
            yield break;
        }

        var files = 100 * (disk.Inodes - disk.FreeInodes) / disk.Inodes;
        Note(window, "inodes", disk, files, $"df -i {disk.Mount}");
        if (files > _options.DiskPercent)
        {
            yield return new Observation(
                MachineFindings.Inodes,
                $"{Number(files)} % of the inodes {of} are used; {disk.FreeInodes:0} are free.",
                [new Evidence($"df -i {disk.Mount}", $"{Number(files)} %", $"{Number(_options.DiskPercent)} %")])
            {
                Subject = disk.Mount,
            };
        }
    }

    private void Note(DiagnosisWindow window, string name, DiskUsage disk, double percent, string query) => window.Figures.Add(
        new Figure(Name, name, disk.Mount, Math.Round(percent, 1), _options.DiskPercent, "%", query));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Size(double bytes) => bytes >= 1 << 30
        ? $"{Number(bytes / (1 << 30))} GB"
        : $"{Number(bytes / (1 << 20))} MB";
}
