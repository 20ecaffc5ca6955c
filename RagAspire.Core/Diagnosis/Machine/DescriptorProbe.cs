using System.Globalization;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis.Machine;

/// <summary>File handles of processes and of the machine, local ports, and tracked connections.</summary>
internal sealed class DescriptorProbe(IOptions<MachineOptions> options) : IProbe
{
    private readonly MachineOptions _options = options.Value;
    private readonly KernelFiles _files = new(options.Value.Root);

    public string Name => "handles";

    public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        if (!_files.Exists("/proc/sys/fs/file-nr"))
        {
            throw new ProbeException("This system has no figures of a Linux kernel about handles and sockets.");
        }

        IEnumerable<Observation?> observations =
            [OfMachine(window), .. OfProcesses(window, cancellationToken), Ports(window), Tracked(window)];
        return Task.FromResult<IReadOnlyList<Observation>>([.. observations.OfType<Observation>()]);
    }

    private Observation? OfMachine(DiagnosisWindow window) =>
        KernelFiles.Split(_files.Text("/proc/sys/fs/file-nr") ?? "").Select(KernelFiles.Parse).ToList() is [{ } open, { } free, { } limit]
            ? Judge(
                window, MachineFindings.Handles,
                new Use("handles", "machine", "/proc/sys/fs/file-nr", open - free, limit, _options.HandlePercent),
                "file handles of the machine are open", subject: null)
            : null;

    /// <summary>Of this process, and of the others whose handles this user may count.</summary>
    private IEnumerable<Observation?> OfProcesses(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        List<Use> uses = [];
        foreach (var folder in Processes())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var process = Path.GetFileName(folder);
            if (Limit(process) is { } limit && Count(folder) is { } open)
            {
                var name = (_files.Text($"/proc/{process}/comm") ?? "").Trim();
                var use = new Use(
                    "handles", $"{name} {process}", $"/proc/{process}/fd, /proc/{process}/limits", open, limit, _options.HandlePercent);
                uses.Add(use);
                yield return Above(
                    MachineFindings.Handles, use, $"file handles of {name} (process {process}) are open", use.Of);
            }
        }

        // Of hundreds of processes the one that is nearest to its limit.
        if (uses.Where(use => use.Limit > 0).MaxBy(use => use.Percent) is { } nearest)
        {
            window.Figures.Add(nearest.ToFigure(Name));
        }
    }

    private IEnumerable<string> Processes() => Directory.EnumerateDirectories(_files.PathOf("/proc"))
        .Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit));

    private double? Limit(string process) => _files.Lines($"/proc/{process}/limits")
        .Where(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Select(line => KernelFiles.Parse(KernelFiles.Split(line)[3]))
        .FirstOrDefault();

    private static double? Count(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(folder, "fd")).Count();
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has ended.
            return null;
        }
    }

    private Observation? Ports(DiagnosisWindow window)
    {
        var used = TcpSockets("inuse") + TcpSockets("tw");
        return KernelFiles.Split(_files.Text("/proc/sys/net/ipv4/ip_local_port_range") ?? "").Select(KernelFiles.Parse).ToList()
            is [{ } first, { } last]
            ? Judge(
                window, MachineFindings.Sockets,
                new Use("local ports", "machine", "/proc/net/sockstat (TCP inuse + tw)", used, last - first + 1, _options.SocketPercent),
                "local ports are used by TCP connections", subject: "ports")
            : null;
    }

    private double TcpSockets(string name)
    {
        var words = _files.Words("/proc/net/sockstat", "TCP").ToList();
        var index = words.IndexOf(name);
        return index < 0 || index + 1 == words.Count ? 0 : KernelFiles.Parse(words[index + 1]) ?? 0;
    }

    private Observation? Tracked(DiagnosisWindow window) =>
        _files.Number("/proc/sys/net/netfilter/nf_conntrack_count") is { } count
        && _files.Number("/proc/sys/net/netfilter/nf_conntrack_max") is { } limit
            ? Judge(
                window, MachineFindings.Sockets,
                new Use("tracked connections", "machine", "/proc/sys/net/netfilter/nf_conntrack_count", count, limit, _options.SocketPercent),
                "connections are tracked by the firewall", subject: "conntrack")
            : null;

    private Observation? Judge(DiagnosisWindow window, string code, Use use, string what, string? subject)
    {
        if (use.Limit > 0)
        {
            window.Figures.Add(use.ToFigure(Name));
        }

        return Above(code, use, what, subject);
    }

    private static Observation? Above(string code, Use use, string what, string? subject) =>
        use.Limit <= 0 || use.Percent <= use.PercentLimit ? null : new Observation(
            code,
            $"{Number(use.Count)} of {Number(use.Limit)} {what}.",
            [new Evidence(use.Query, Number(use.Count), $"{Number(use.PercentLimit)} % of {Number(use.Limit)}")])
        {
            Subject = subject,
        };

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>How many of a limited number are used.</summary>
    private sealed record Use(string Name, string Of, string Query, double Count, double Limit, double PercentLimit)
    {
        public double Percent => 100 * Count / Limit;

        public Figure ToFigure(string probe) => new(probe, Name, Of, Math.Round(Percent, 1), PercentLimit, "%", Query);
    }
}
