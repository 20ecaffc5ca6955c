namespace RagAspire.Diagnosis.Machine;

/// <summary>The counters of the kernel at one moment; two of them give rates.</summary>
/// <param name="Busy">Ticks of all processors in which something ran that does not give way: embedding documents does.</param>
/// <param name="Waiting">Ticks in which a processor was idle while a task waited for a disk.</param>
/// <param name="Total">All ticks.</param>
/// <param name="DiskBytes">Read from and written to each disk, without the devices that are made of others.</param>
/// <param name="GroupCpu">Seconds of such processor time of the container; null without a control group.</param>
internal sealed record Counters(
    double Busy,
    double Waiting,
    double Total,
    double? GroupCpu,
    double Periods,
    double Throttled,
    IReadOnlyDictionary<string, double> InterfaceErrors,
    IReadOnlyDictionary<string, (double In, double Out)> InterfaceBytes,
    IReadOnlyDictionary<string, (double In, double Out)> DiskBytes,
    double SegmentsOut,
    double SegmentsAgain,
    TimeSpan At)
{
    private const double Sector = 512;

    private static readonly string[] MadeOfOthers = ["loop", "ram", "zram", "dm-", "md"];

    public static Counters Read(KernelFiles files, ControlGroup group, TimeSpan at)
    {
        // user nice system idle iowait irq softirq steal
        var ticks = files.Words("/proc/stat", "cpu").Skip(1).Take(8).Select(word => KernelFiles.Parse(word) ?? 0).ToList();
        if (ticks.Count < 5)
        {
            throw new ProbeException($"{files.PathOf("/proc/stat")} cannot be read: this system has no figures of a Linux kernel.");
        }

        var tcp = files.Lines("/proc/net/snmp").Where(line => line.StartsWith("Tcp:", StringComparison.Ordinal))
            .Select(KernelFiles.Split).ToList();
        double Tcp(string name) => tcp is [var head, var values] && head.ToList().IndexOf(name) is var index and >= 0
            ? KernelFiles.Parse(values[index]) ?? 0
            : 0;
        return new Counters(
            ticks.Sum() - ticks[1] - ticks[3] - ticks[4],
            ticks[4],
            ticks.Sum(),
            group.CpuTime,
            group.Periods,
            group.ThrottledPeriods,
            Interfaces(files).ToDictionary(row => row.Name, row => Value(row.Values, 2) + Value(row.Values, 10)),
            Interfaces(files).ToDictionary(row => row.Name, row => (Value(row.Values, 0), Value(row.Values, 8))),
            Disks(files),
            Tcp("OutSegs"),
            Tcp("RetransSegs"),
            at);
    }

    /// <summary>The counters of each interface. Drops are not looked at: a full queue of an idle listener drops too.</summary>
    private static IEnumerable<(string Name, IReadOnlyList<string> Values)> Interfaces(KernelFiles files) =>
        files.Lines("/proc/net/dev").Where(line => line.Contains(':'))
            .Select(line => (Name: line[..line.IndexOf(':')].Trim(), Values: KernelFiles.Split(line[(line.IndexOf(':') + 1)..])))
            .Where(row => row.Name != "lo" && row.Values.Count >= 16);

    /// <summary>A partition is no device of its own in <c>/sys/block</c>.</summary>
    private static Dictionary<string, (double In, double Out)> Disks(KernelFiles files) => files.Lines("/proc/diskstats")
        .Select(KernelFiles.Split)
        .Where(words => words.Count >= 10 && files.Exists($"/sys/block/{words[2]}/stat")
            && !MadeOfOthers.Any(prefix => words[2].StartsWith(prefix, StringComparison.Ordinal)))
        .ToDictionary(words => words[2], words => (Sector * Value(words, 5), Sector * Value(words, 9)));

    private static double Value(IReadOnlyList<string> words, int index) => KernelFiles.Parse(words[index]) ?? 0;
}
