using System.Globalization;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Processors, memory, pressure of disks, and the network, of the container where it has limits.</summary>
internal sealed class MachineProbe(IOptions<MachineOptions> options, TimeProvider time) : IProbe
{
    private static readonly string[] PressureFiles = ["/proc/pressure/cpu", "/proc/pressure/io"];

    private readonly MachineOptions _options = options.Value;
    private readonly KernelFiles _files = new(options.Value.Root);
    private readonly ControlGroup _group = new(new KernelFiles(options.Value.Root));

    private readonly Dictionary<double, DateTimeOffset> _killed = [];

    public string Name => "machine";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var before = ReadCounters();
        await Task.Delay(_options.Sample, time, cancellationToken);
        var after = ReadCounters();
        IEnumerable<Observation?> observations =
        [
            Cpu(before, after),
            Throttled(before, after),
            Load(),
            Memory(),
            Swap(),
            IoPressure(before, after),
            OutOfMemory(window),
            .. NetworkErrors(before, after),
            Retransmissions(before, after),
        ];
        return [.. observations.OfType<Observation>()];
    }

    private Counters ReadCounters() => Counters.Read(_files, _group, time.GetElapsedTime(0));

    private Observation? Cpu(Counters before, Counters after)
    {
        if (_group.CpuLimit is { } limit && after.GroupCpu - before.GroupCpu is { } used)
        {
            return Above(
                MachineFindings.Cpu, _group.CpuStatPath, Percent(used, (after.At - before.At).TotalSeconds * limit),
                _options.CpuPercent,
                $"of the container's {Number(limit)} processors are used");
        }

        return Above(
            MachineFindings.Cpu, "/proc/stat", Percent(after.Busy - before.Busy, after.Total - before.Total), _options.CpuPercent,
            $"of the machine's {Processors} processors are used");
    }

    private Observation? Throttled(Counters before, Counters after) => Above(
        MachineFindings.Throttled, _group.CpuStatPath,
        Percent(after.Throttled - before.Throttled, after.Periods - before.Periods), _options.ThrottledPercent, "of the periods ended with the container being paused");

    private Observation? Load()
    {
        var load = KernelFiles.Split(_files.Text("/proc/loadavg") ?? "") is [var first, ..] ? KernelFiles.Parse(first) ?? 0 : 0;
        var limit = Processors * _options.LoadPerCpu;
        Evidence[] pressure = [.. PressureFiles.Select(Pressure).OfType<Evidence>()];
        var waits = pressure.Length == 0 || pressure.Any(evidence => evidence.Limit is not null);
        return load <= limit || !waits ? null : new Observation(
            MachineFindings.Load,
            $"The load average of one minute is {Number(load)} on {Processors} processors.",
            [new Evidence("/proc/loadavg", Number(load), Number(limit)), .. pressure]);
    }

    /// <summary>How much of the last minute some task waited; with the limit where that is too much.</summary>
    private Evidence? Pressure(string path)
    {
        if (_files.Words(path, "some") is not [_, _, var average, ..] || average.Split('=') is not ["avg60", var value])
        {
            return null;
        }

        var percent = KernelFiles.Parse(value) ?? 0;
        return new Evidence(
            $"{path} (some avg60)", $"{Number(percent)} %",
            percent > _options.LoadPressurePercent ? $"{Number(_options.LoadPressurePercent)} %" : null);
    }

    private int Processors => Math.Max(1, _files.Lines("/proc/stat")
        .Count(line => line.StartsWith("cpu", StringComparison.Ordinal) && line.Length > 3 && char.IsAsciiDigit(line[3])));

    private Observation? Memory()
    {
        var total = _files.Number("/proc/meminfo", "MemTotal") * 1024;
        if (_group.MemoryLimit is { } limit && limit < (total ?? double.MaxValue) && _group.MemoryUsed is { } used)
        {
            return Above(
                MachineFindings.Memory, _group.MemoryUsedPath, Percent(used, limit), _options.MemoryPercent,
                $"of the container's memory of {Size(limit)} are used");
        }

        return total is not { } size ? null : Above(
            MachineFindings.Memory, "/proc/meminfo (MemTotal - MemAvailable)",
            Percent(size - ((_files.Number("/proc/meminfo", "MemAvailable") * 1024) ?? size), size), _options.MemoryPercent,
            $"of the machine's memory of {Size(size)} are used");
    }

    private Observation? Swap()
    {
        if (_group.SwapLimit is { } limit && _group.SwapUsed is { } used)
        {
            return Above(
                MachineFindings.Swap, "memory.swap.current", Percent(used, limit), _options.SwapPercent,
                $"of the container's swap space of {Size(limit)} are used");
        }

        var total = _files.Number("/proc/meminfo", "SwapTotal") * 1024 ?? 0;
        var free = _files.Number("/proc/meminfo", "SwapFree") * 1024 ?? 0;
        return Above(
            MachineFindings.Swap, "/proc/meminfo (SwapTotal - SwapFree)", Percent(total - free, total), _options.SwapPercent,
            $"of the swap space of {Size(total)} are used");
    }

    /// <summary>A kernel without pressure figures still counts the time in which processors were idle for a disk.</summary>
    private Observation? IoPressure(Counters before, Counters after) =>
        _files.Words(_group.IoPressurePath, "some") is [_, var average, ..] && average.Split('=') is ["avg10", var value]
            ? Above(
                MachineFindings.IoPressure, $"{_group.IoPressurePath} (some avg10)", KernelFiles.Parse(value) ?? 0,
                _options.IoPressurePercent, "of the last ten seconds, some task waited for a disk")
            : Above(
                MachineFindings.IoPressure, "/proc/stat (iowait)",
                Percent(after.Waiting - before.Waiting, after.Total - before.Total), _options.IoPressurePercent,
                "of the time, the processors were idle while a task waited for a disk");

    /// <summary>The kernel counts without times, so a kill is reported for one window after it was first seen.</summary>
    private Observation? OutOfMemory(DiagnosisWindow window)
    {
        var kills = _group.OutOfMemoryKills;
        lock (_killed)
        {
            _killed.TryAdd(kills, window.Until);
            return kills == 0 || _killed[kills] < window.Since ? null : new Observation(
                MachineFindings.OutOfMemoryKills,
                $"{Number(kills)} processes of this container were killed for lack of memory since it was made.",
                [new Evidence($"{_group.OutOfMemoryPath} (oom_kill)", Number(kills), "0")]);
        }
    }

    private IEnumerable<Observation?> NetworkErrors(Counters before, Counters after)
    {
        var seconds = Math.Max(.001, (after.At - before.At).TotalSeconds);
        foreach (var (name, count) in after.InterfaceErrors)
        {
            var rate = (count - before.InterfaceErrors.GetValueOrDefault(name, count)) / seconds;
            if (rate > _options.NetworkErrorsPerSecond)
            {
                yield return new Observation(
                    MachineFindings.NetworkErrors,
                    $"The interface {name} has {Number(rate)} errors a second.",
                    [new Evidence("/proc/net/dev (errs)", $"{Number(rate)}/s", $"{Number(_options.NetworkErrorsPerSecond)}/s")])
                {
                    Subject = name,
                };
            }
        }
    }

    private Observation? Retransmissions(Counters before, Counters after) =>
        after.SegmentsOut - before.SegmentsOut < 100 ? null : Above(
            MachineFindings.NetworkErrors, "/proc/net/snmp (RetransSegs / OutSegs)",
            Percent(after.SegmentsAgain - before.SegmentsAgain, after.SegmentsOut - before.SegmentsOut),
            _options.RetransmittedPercent, "of the TCP segments are sent again", subject: "tcp");

    private static Observation? Above(
        string code, string query, double percent, double limit, string what, string? subject = null) => percent <= limit ? null
        : new Observation(code, $"{Number(percent)} % {what}.", [new Evidence(query, $"{Number(percent)} %", $"{Number(limit)} %")])
        {
            Subject = subject,
        };

    private static double Percent(double part, double whole) => whole <= 0 ? 0 : Math.Clamp(part / whole * 100, 0, 100);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Size(double bytes) => bytes >= 1 << 30
        ? $"{Number(bytes / (1 << 30))} GB"
        : $"{Number(bytes / (1 << 20))} MB";
}
