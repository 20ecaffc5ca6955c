using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Machine;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

/// <summary>A folder with the kernel's files of a healthy machine, whose contents tests change.</summary>
internal sealed class PlantedKernel : IDisposable
{
    private readonly TestDirectory _root = TestDirectory.Create("kernel");

    public PlantedKernel()
    {
        Plant("proc/stat", "cpu 100 0 100 1000 10 0 0 0 0 0\ncpu0 50 0 50 500 5 0 0 0 0 0\ncpu1 50 0 50 500 5 0 0 0 0 0\n");
        Plant("proc/loadavg", "0.50 0.40 0.30 1/200 4242\n");
        Plant("proc/meminfo", Memory(totalKb: 8_000_000, availableKb: 6_000_000, swapKb: 2_000_000, swapFreeKb: 2_000_000));
        Plant("proc/pressure/io", "some avg10=0.50 avg60=0.10 avg300=0.00 total=1\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=1\n");
        Plant("proc/net/dev", Network(errors: 0));
        Plant("proc/diskstats", Disk(read: 1_000, written: 2_000));
        Plant("sys/block/sda/stat", "");
        Plant("sys/block/dm-0/stat", "");
        Plant("proc/net/snmp", Tcp(sent: 1000, again: 10));
        Plant("proc/net/sockstat", "sockets: used 200\nTCP: inuse 20 orphan 0 tw 30 alloc 25 mem 3\n");
        Plant("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
        Plant("proc/sys/fs/file-nr", "1000\t0\t100000\n");
        Plant("proc/self/mountinfo", "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n23 22 0:21 / /proc rw - proc proc rw\n");
        Plant("proc/self/cgroup", "0::/\n");
    }

    public IOptions<MachineOptions> Options => Microsoft.Extensions.Options.Options.Create(new MachineOptions
    {
        Root = _root.Path,
        Sample = TimeSpan.FromMilliseconds(300),
        DataDirectory = _root.Path,
    });

    public string Root => _root.Path;

    public static string Memory(long totalKb, long availableKb, long swapKb, long swapFreeKb) =>
        $"MemTotal: {totalKb} kB\nMemFree: 1 kB\nMemAvailable: {availableKb} kB\nSwapTotal: {swapKb} kB\nSwapFree: {swapFreeKb} kB\n";

    public static string Network(long errors, long received = 1_000, long sent = 1_000) =>
        "Inter-| Receive | Transmit\n face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop\n"
        + $"  eth0: {received} 10 {errors} 0 0 0 0 0 {sent} 10 0 0 0 0 0 0\n    lo: 1000 10 99999 0 0 0 0 0 1000 10 0 0 0 0 0 0\n";

    /// <summary>A disk with a partition, and a volume on it; sectors of 512 bytes.</summary>
    public static string Disk(long read, long written) => string.Concat(new[] { "8 0 sda", "8 1 sda1", "253 0 dm-0" }
        .Select(device => $"   {device} 10 0 {read} 5 20 0 {written} 5 0 10 10\n"));

    public static string Tcp(long sent, long again) => $"Tcp: RtoAlgorithm OutSegs RetransSegs\nTcp: 1 {sent} {again}\n";

    public void Plant(string path, string text)
    {
        var file = Path.Combine(_root.Path, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    public void Remove(string path) => File.Delete(Path.Combine(_root.Path, path));

    /// <summary>A control group of version 2 with limits, not yet used.</summary>
    public void PlantContainer(string cpu = "200000 100000", string memory = "1073741824")
    {
        Plant("sys/fs/cgroup/cgroup.controllers", "cpu memory io\n");
        Plant("sys/fs/cgroup/cpu.max", $"{cpu}\n");
        Plant("sys/fs/cgroup/cpu.stat", "usage_usec 1000000\nnr_periods 10\nnr_throttled 0\n");
        Plant("sys/fs/cgroup/memory.max", $"{memory}\n");
        Plant("sys/fs/cgroup/memory.current", "100000000\n");
        Plant("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 0\n");
        Plant("sys/fs/cgroup/memory.events", "oom 0\noom_kill 0\n");
        Plant("sys/fs/cgroup/memory.swap.max", "max\n");
    }

    public void Dispose() => _root.Dispose();
}
