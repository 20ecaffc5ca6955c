namespace RagAspire.Diagnosis.Machine;

/// <summary>The counters of the kernel at one moment; two of them give rates.</summary>
/// <param name="Busy">Ticks of all processors in which something ran that does not give way: embedding documents does.</param>
/// <param name="Waiting">Ticks in which a processor was idle while a task waited for a disk.</param>
/// <param name="Total">All ticks.</param>
/// <param name="GroupCpu">Seconds of such processor time of the container; null without a control group.</param>
internal sealed record Counters(
    double Busy,
    double Waiting,
    double Total,
    double? GroupCpu,
    double Periods,
    double Throttled,
    IReadOnlyDictionary<string, double> InterfaceErrors,
    double SegmentsOut,
    double SegmentsAgain,
    TimeSpan At)
{
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
            Errors(files),
            Tcp("OutSegs"),
            Tcp("RetransSegs"),
            at);
    }

    /// <summary>
    /// Errors of both directions, by interface. Drops are left out: a full queue of an idle listener drops too.
    /// </summary>
    private static Dictionary<string, double> Errors(KernelFiles files) => files.Lines("/proc/net/dev")
        .Where(line => line.Contains(':'))
        .Select(line => (Name: line[..line.IndexOf(':')].Trim(), Values: KernelFiles.Split(line[(line.IndexOf(':') + 1)..])))
        .Where(row => row.Name != "lo" && row.Values.Count >= 16)
        .ToDictionary(
            row => row.Name,
            row => (KernelFiles.Parse(row.Values[2]) ?? 0) + (KernelFiles.Parse(row.Values[10]) ?? 0));
}
