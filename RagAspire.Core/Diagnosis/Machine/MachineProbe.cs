using System.Globalization;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>Processors, memory, pressure of disks, and the network, of the container where it has limits.</summary>
internal sealed class MachineProbe(IOptions<MachineOptions> options, TimeProvider time) : IProbe
{
    private const string Machine = "machine";
    private const string Container = "container";

    private static readonly string[] PressureFiles = ["/proc/pressure/cpu", "/proc/pressure/io"];
    private static readonly string[] Needed = ["/proc/loadavg", "/proc/meminfo", "/proc/net/dev"];

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
            Cpu(before, after, window),
            Throttled(before, after, window),
            Load(window),
            Memory(window),
            Swap(window),
            IoPressure(before, after, window),
            OutOfMemory(window),
            .. NetworkErrors(before, after, window),
            Retransmissions(before, after, window),
        ];
        var seconds = Math.Max(.001, (after.At - before.At).TotalSeconds);
        Throughput(before.InterfaceBytes, after.InterfaceBytes, ("received", "sent"), "/proc/net/dev (bytes)", seconds, window);
        Throughput(before.DiskBytes, after.DiskBytes, ("read", "written"), "/proc/diskstats (sectors of 512 bytes)", seconds, window);
        return ProbeException.Unless(
            [.. Needed.Where(path => !_files.Exists(path)).Select(path => $"{_files.PathOf(path)} cannot be read.")],
            [.. observations.OfType<Observation>()]);
    }

    /// <summary>What was never used has no figure.</summary>
    private void Throughput(
        IReadOnlyDictionary<string, (double In, double Out)> before, IReadOnlyDictionary<string, (double In, double Out)> after,
        (string In, string Out) names, string query, double seconds, DiagnosisWindow window)
    {
        foreach (var (of, now) in after.Where(one => one.Value.In + one.Value.Out > 0))
        {
            var then = before.GetValueOrDefault(of, now);
            Note(names.In, now.In - then.In);
            Note(names.Out, now.Out - then.Out);

            void Note(string name, double bytes) => window.Figures.Add(
                new Figure(Name, name, of, Math.Round(bytes / seconds / 1024, 1), Limit: null, "KiB/s", query));
        }
    }

    private Counters ReadCounters() => Counters.Read(_files, _group, time.GetElapsedTime(0));

    private Observation? Cpu(Counters before, Counters after, DiagnosisWindow window)
    {
        if (_group.CpuLimit is { } limit && after.GroupCpu - before.GroupCpu is { } used)
        {
            var share = Percent(used, (after.At - before.At).TotalSeconds * limit);
            return Judge(
                window, MachineFindings.Cpu, Share("cpu", Container, share, _options.CpuPercent, _group.CpuStatPath),
                $"of the container's {Number(limit)} processors are used");
        }

        return Judge(
            window, MachineFindings.Cpu,
            Share("cpu", Machine, Percent(after.Busy - before.Busy, after.Total - before.Total), _options.CpuPercent, "/proc/stat"),
            $"of the machine's {Processors} processors are used");
    }

    private Observation? Throttled(Counters before, Counters after, DiagnosisWindow window)
    {
        var periods = after.Periods - before.Periods;
        return periods <= 0 ? null : Judge(
            window, MachineFindings.Throttled,
            Share("cpu throttled", Container, Percent(after.Throttled - before.Throttled, periods), _options.ThrottledPercent,
                _group.CpuStatPath),
            "of the periods ended with the container being paused");
    }

    private Observation? Load(DiagnosisWindow window)
    {
        if (KernelFiles.Split(_files.Text("/proc/loadavg") ?? "") is not [var first, ..] || KernelFiles.Parse(first) is not { } load)
        {
            return null;
        }

        var limit = Processors * _options.LoadPerCpu;
        window.Figures.Add(new Figure(
            Name, "load per processor", Machine, Math.Round(load / Processors, 2), _options.LoadPerCpu, "", "/proc/loadavg"));
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

    private Observation? Memory(DiagnosisWindow window)
    {
        var total = _files.Number("/proc/meminfo", "MemTotal") * 1024;
        if (_group.MemoryLimit is { } limit && limit < (total ?? double.MaxValue) && _group.MemoryUsed is { } used)
        {
            return Judge(
                window, MachineFindings.Memory,
                Share("memory", Container, Percent(used, limit), _options.MemoryPercent, _group.MemoryUsedPath),
                $"of the container's memory of {Size(limit)} are used");
        }

        return total is not { } size || _files.Number("/proc/meminfo", "MemAvailable") * 1024 is not { } free ? null : Judge(
            window, MachineFindings.Memory,
            Share("memory", Machine, Percent(size - free, size), _options.MemoryPercent, "/proc/meminfo (MemTotal - MemAvailable)"),
            $"of the machine's memory of {Size(size)} are used");
    }

    /// <summary>Without swap space nothing of it can be used.</summary>
    private Observation? Swap(DiagnosisWindow window)
    {
        if (_group.SwapLimit is { } limit && _group.SwapUsed is { } used)
        {
            return Judge(
                window, MachineFindings.Swap,
                Share("swap", Container, Percent(used, limit), _options.SwapPercent, "memory.swap.current"),
                $"of the container's swap space of {Size(limit)} are used");
        }

        var total = _files.Number("/proc/meminfo", "SwapTotal") * 1024 ?? 0;
        var free = _files.Number("/proc/meminfo", "SwapFree") * 1024 ?? 0;
        return total <= 0 ? null : Judge(
            window, MachineFindings.Swap,
            Share("swap", Machine, Percent(total - free, total), _options.SwapPercent, "/proc/meminfo (SwapTotal - SwapFree)"),
            $"of the swap space of {Size(total)} are used");
    }

    /// <summary>A kernel without pressure figures still counts the time in which processors were idle for a disk.</summary>
    private Observation? IoPressure(Counters before, Counters after, DiagnosisWindow window)
    {
        var (percent, query, what) =
            _files.Words(_group.IoPressurePath, "some") is [_, var average, ..] && average.Split('=') is ["avg10", var value]
                ? (KernelFiles.Parse(value) ?? 0, $"{_group.IoPressurePath} (some avg10)",
                    "of the last ten seconds, some task waited for a disk")
                : (Percent(after.Waiting - before.Waiting, after.Total - before.Total), "/proc/stat (iowait)",
                    "of the time, the processors were idle while a task waited for a disk");
        return Judge(
            window, MachineFindings.IoPressure, Share("waiting for disks", Machine, percent, _options.IoPressurePercent, query), what);
    }

    /// <summary>The kernel counts without times, so a kill is reported for one window after it was first seen.</summary>
    private Observation? OutOfMemory(DiagnosisWindow window)
    {
        var kills = _group.OutOfMemoryKills;
        if (_files.Exists(_group.OutOfMemoryPath))
        {
            window.Figures.Add(new Figure(
                Name, "processes killed for memory", Container, kills, 0, "", $"{_group.OutOfMemoryPath} (oom_kill)"));
        }

        lock (_killed)
        {
            _killed.TryAdd(kills, window.Until);
            return kills == 0 || _killed[kills] < window.Since ? null : new Observation(
                MachineFindings.OutOfMemoryKills,
                $"{Number(kills)} processes of this container were killed for lack of memory since it was made.",
                [new Evidence($"{_group.OutOfMemoryPath} (oom_kill)", Number(kills), "0")]);
        }
    }

    private IEnumerable<Observation?> NetworkErrors(Counters before, Counters after, DiagnosisWindow window)
    {
        var seconds = Math.Max(.001, (after.At - before.At).TotalSeconds);
        foreach (var (name, count) in after.InterfaceErrors)
        {
            var rate = (count - before.InterfaceErrors.GetValueOrDefault(name, count)) / seconds;
            window.Figures.Add(new Figure(
                Name, "network errors", name, Math.Round(rate, 2), _options.NetworkErrorsPerSecond, "/s", "/proc/net/dev (errs)"));
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

    private Observation? Retransmissions(Counters before, Counters after, DiagnosisWindow window) =>
        after.SegmentsOut - before.SegmentsOut < 100 ? null : Judge(
            window, MachineFindings.NetworkErrors,
            Share(
                "segments sent again", "tcp", Percent(after.SegmentsAgain - before.SegmentsAgain, after.SegmentsOut - before.SegmentsOut),
                _options.RetransmittedPercent, "/proc/net/snmp (RetransSegs / OutSegs)"),
            "of the TCP segments are sent again", subject: "tcp");

    private Figure Share(string name, string of, double percent, double limit, string query) =>
        new(Name, name, of, percent, limit, "%", query);

    private static Observation? Judge(
        DiagnosisWindow window, string code, Figure figure, string what, string? subject = null)
    {
        window.Figures.Add(figure with { Value = Math.Round(figure.Value, 1) });
        return figure.Limit is not { } limit || figure.Value <= limit ? null
            : new Observation(
                code, $"{Number(figure.Value)} % {what}.",
                [new Evidence(figure.Query, $"{Number(figure.Value)} %", $"{Number(limit)} %")])
            {
                Subject = subject,
            };
    }

    private static double Percent(double part, double whole) => whole <= 0 ? 0 : Math.Clamp(part / whole * 100, 0, 100);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Size(double bytes) => bytes >= 1 << 30
        ? $"{Number(bytes / (1 << 30))} GB"
        : $"{Number(bytes / (1 << 20))} MB";
}
