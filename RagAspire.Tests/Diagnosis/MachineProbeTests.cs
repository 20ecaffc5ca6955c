using Microsoft.Extensions.Time.Testing;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Machine;

namespace RagAspire.Tests.Diagnosis;

/// <summary>The machine's figures are compared with their limits; in a container those of the container count.</summary>
public sealed class MachineProbeTests : IDisposable
{
    private readonly PlantedKernel _kernel = new();

    /// <summary>Of the last examination.</summary>
    private FigureSheet _figures = new();

    [Fact]
    public async Task A_healthy_machine_has_no_finding_and_shows_its_figures_beside_their_limits()
    {
        Assert.Empty(await ExamineAsync(() =>
        {
            _kernel.Plant("proc/stat", "cpu 125 0 100 1075 10 0 0 0 0 0\ncpu0 1\ncpu1 1\n");
            _kernel.Plant("proc/net/snmp", PlantedKernel.Tcp(1200, 12));
            _kernel.Plant("proc/net/dev", PlantedKernel.Network(errors: 0, received: 4_072, sent: 1_614));
            _kernel.Plant("proc/diskstats", PlantedKernel.Disk(read: 1_006, written: 2_012));
        }));
        Assert.Equal(
            [
                "cpu (machine): 25 % of 80 %",
                "load per processor (machine): 0.25 of 1",
                "memory (machine): 25 % of 85 %",
                "swap (machine): 0 % of 50 %",
                "waiting for disks (machine): 0.5 % of 60 %",
                "network errors (eth0): 0/s of 1/s",
                "segments sent again (tcp): 1 % of 5 %",
                "received (eth0): 10 KiB/s of none",
                "sent (eth0): 2 KiB/s of none",
                "read (sda): 10 KiB/s of none",
                "written (sda): 20 KiB/s of none",
            ],
            Figures());

        await ExamineAsync(new DescriptorProbe(_kernel.Options));
        Assert.Equal(["handles (machine): 1 % of 80 %", "local ports (machine): 0.2 % of 80 %"], Figures());
        await ExamineAsync(new DiskProbe(_kernel.Options) { Usage = _ => new DiskUsage("/", 1000, 400, Inodes: 0, FreeInodes: 0) });
        Assert.Equal(["space (/): 60 % of 90 %"], Figures());
    }

    [Fact]
    public async Task Each_disk_has_one_figure_and_what_the_kernel_shows_as_files_has_none()
    {
        _kernel.Plant("proc/self/mountinfo", """
            22 27 0:21 / /proc rw,relatime - proc proc rw
            23 27 0:22 / /sys rw,relatime - sysfs sysfs rw
            27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
            25 24 0:23 / /dev/shm rw,relatime - tmpfs tmpfs rw
            30 25 0:27 / /dev/shm rw,relatime - tmpfs tmpfs rw
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw
            33 23 0:30 / /sys/firmware/efi/efivars rw - efivarfs efivarfs rw
            40 27 0:40 / /var/lib/docker/overlay2/abc/merged rw shared:5 - overlay overlay rw
            41 27 8:1 / /data rw shared:6 - xfs /dev/sda1 rw
            42 27 8:1 /backups /data/backups rw shared:6 - xfs /dev/sda1 rw
            43 27 8:2 / /backups rw - xfs /dev/sdb1 rw
            44 43 0:41 / /backups ro - tmpfs none ro
            """);
        await ExamineAsync(new DiskProbe(_kernel.Options)
        {
            Usage = path => new DiskUsage(path, path == _kernel.Root ? 500 : 1000, 400, Inodes: 0, FreeInodes: 0),
        });
        Assert.Equal([_kernel.Root, "/", "/dev/shm", "/data"], _figures.Read().Select(figure => figure.Of));
    }

    [Fact]
    public async Task In_a_container_the_figures_are_those_of_its_limits()
    {
        _kernel.PlantContainer();
        _kernel.Plant("proc/meminfo", PlantedKernel.Memory(8_000_000, 6_000_000, 0, 0));
        Assert.Empty(await ExamineAsync(() => _kernel.Plant(
            "sys/fs/cgroup/cpu.stat", "usage_usec 1060000\nnr_periods 20\nnr_throttled 1\n")));
        Assert.Equal(
            [
                "cpu (container): 10 % of 80 %",
                "cpu throttled (container): 10 % of 25 %",
                "memory (container): 9.3 % of 85 %",
                "processes killed for memory (container): 0 of 0",
            ],
            Figures().Where(figure => figure.Contains("(container)", StringComparison.Ordinal)));
        Assert.DoesNotContain(Figures(), figure => figure.StartsWith("swap", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_figure_that_cannot_be_had_is_left_out_with_the_reason()
    {
        _kernel.Remove("proc/meminfo");
        var partly = await Assert.ThrowsAsync<ProbeException>(() => ExamineAsync());
        Assert.Equal($"Partly examined: {Path.Combine(_kernel.Root, "proc/meminfo")} cannot be read.", partly.Message);
        Assert.Contains("load per processor (machine): 0.25 of 1", Figures());
        Assert.DoesNotContain(Figures(), figure => figure.StartsWith("memory", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Busy_processors_are_found()
    {
        var found = Assert.Single(await ExamineAsync(() => _kernel.Plant("proc/stat", "cpu 180 0 110 1010 10 0 0 0 0 0\ncpu0 1\ncpu1 1\n")));
        Assert.Equal(MachineFindings.Cpu, found.Code);
        Assert.Equal("90 % of the machine's 2 processors are used.", found.Symptom);
        Assert.Equal(new Evidence("/proc/stat", "90 %", "80 %"), found.Evidence.Single());
    }

    [Fact]
    public async Task The_processor_limit_of_a_container_counts_and_not_the_idle_machine()
    {
        _kernel.PlantContainer(cpu: "20000 100000");
        var codes = Codes(await ExamineAsync(() => _kernel.Plant(
            "sys/fs/cgroup/cpu.stat", "usage_usec 1060000\nnr_periods 13\nnr_throttled 2\n")));
        Assert.Equal([MachineFindings.Cpu, MachineFindings.Throttled], codes);
    }

    [Fact]
    public async Task A_load_above_the_processors_is_found_where_the_kernel_does_not_tell_who_waits()
    {
        _kernel.Remove("proc/pressure/io");
        _kernel.Plant("proc/loadavg", "2.01 1 1 1/200 4242\n");
        Assert.Equal([MachineFindings.Load], Codes(await ExamineAsync()));
        _kernel.Plant("proc/loadavg", "2.00 9 9 1/200 4242\n");
        Assert.Empty(await ExamineAsync());
    }

    [Theory]
    [InlineData(30, 10, false)]
    [InlineData(60, 10, true)]
    [InlineData(30, 60, true)]
    public async Task A_load_counts_where_tasks_wait_for_a_processor_or_a_disk(int processor, int disk, bool found)
    {
        static string Some(int avg60) => $"some avg10=99.00 avg60={avg60}.00 avg300=99.00 total=1\n";
        _kernel.Plant("proc/loadavg", "3.10 1 1 1/200 4242\n");
        _kernel.Plant("proc/pressure/cpu", Some(processor));
        _kernel.Plant("proc/pressure/io", Some(disk).Replace("avg10=99", "avg10=1", StringComparison.Ordinal));

        Assert.Equal(found ? [MachineFindings.Load] : [], Codes(await ExamineAsync()));
    }

    [Fact]
    public async Task Work_that_gives_way_does_not_make_processors_busy() => Assert.Empty(
        await ExamineAsync(() => _kernel.Plant("proc/stat", "cpu 110 180 100 1010 10 0 0 0 0 0\ncpu0 1\ncpu1 1\n")));

    [Theory]
    [InlineData(1_190_000, true)]
    [InlineData(1_210_000, false)]
    public async Task Memory_above_85_percent_is_found(long availableKb, bool found)
    {
        _kernel.Plant("proc/meminfo", PlantedKernel.Memory(8_000_000, availableKb, 0, 0));
        Assert.Equal(found ? [MachineFindings.Memory] : [], Codes(await ExamineAsync()));
    }

    [Fact]
    public async Task The_memory_limit_of_a_container_counts_without_the_cache_that_is_given_back()
    {
        _kernel.PlantContainer();
        _kernel.Plant("sys/fs/cgroup/memory.current", "1000000000\n");
        var found = Assert.Single(await ExamineAsync());
        Assert.Equal("93.1 % of the container's memory of 1 GB are used.", found.Symptom);

        _kernel.Plant("sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 500000000\n");
        Assert.Empty(await ExamineAsync());
    }

    [Fact]
    public async Task A_container_of_control_groups_of_version_1_has_its_limits_too()
    {
        _kernel.Plant("proc/self/cgroup", "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n");
        _kernel.Plant("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "1000000000\n");
        _kernel.Plant("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "950000000\n");
        _kernel.Plant("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_quota_us", "10000\n");
        _kernel.Plant("sys/fs/cgroup/cpu/docker/abc/cpu.cfs_period_us", "100000\n");
        _kernel.Plant("sys/fs/cgroup/cpuacct/docker/abc/cpuacct.usage", "0\n");
        var codes = Codes(await ExamineAsync(() => _kernel.Plant("sys/fs/cgroup/cpuacct/docker/abc/cpuacct.usage", "1000000000\n")));
        Assert.Equal([MachineFindings.Cpu, MachineFindings.Memory], codes);
    }

    [Fact]
    public async Task A_group_below_the_root_is_governed_by_its_parents()
    {
        _kernel.PlantContainer();
        _kernel.Plant("proc/self/cgroup", "0::/system.slice/api.service\n");
        _kernel.Plant("sys/fs/cgroup/system.slice/memory.max", "500000000\n");
        _kernel.Plant("sys/fs/cgroup/system.slice/memory.current", "490000000\n");
        Assert.Equal([MachineFindings.Memory], Codes(await ExamineAsync()));
    }

    [Fact]
    public async Task Swap_above_half_is_found_and_no_swap_is_not()
    {
        _kernel.Plant("proc/meminfo", PlantedKernel.Memory(8_000_000, 6_000_000, 2_000_000, 900_000));
        Assert.Equal([MachineFindings.Swap], Codes(await ExamineAsync()));
        _kernel.Plant("proc/meminfo", PlantedKernel.Memory(8_000_000, 6_000_000, 0, 0));
        Assert.Empty(await ExamineAsync());
    }

    [Fact]
    public async Task Waiting_for_the_disk_is_found_with_pressure_figures_and_without()
    {
        _kernel.Plant("proc/pressure/io", "some avg10=75.00 avg60=10.00 avg300=0.00 total=1\n");
        Assert.Equal([MachineFindings.IoPressure], Codes(await ExamineAsync()));

        _kernel.Remove("proc/pressure/io");
        Assert.Empty(await ExamineAsync());
        Assert.Equal(
            [MachineFindings.IoPressure], Codes(await ExamineAsync(() => _kernel.Plant("proc/stat", "cpu 100 0 110 1010 100 0 0 0\ncpu0 1\n"))));
    }

    [Fact]
    public async Task Errors_of_an_interface_are_found_but_not_those_of_long_ago()
    {
        _kernel.Plant("proc/net/dev", PlantedKernel.Network(5000));
        Assert.Empty(await ExamineAsync());
        var found = Assert.Single(await ExamineAsync(() => _kernel.Plant("proc/net/dev", PlantedKernel.Network(5100))));
        Assert.Equal((MachineFindings.NetworkErrors, "eth0"), (found.Code, found.Subject));
    }

    [Fact]
    public async Task Segments_that_are_sent_again_are_found()
    {
        var found = Assert.Single(await ExamineAsync(() => _kernel.Plant("proc/net/snmp", PlantedKernel.Tcp(2000, 210))));
        Assert.Equal((MachineFindings.NetworkErrors, "tcp"), (found.Code, found.Subject));
    }

    [Fact]
    public async Task Killed_processes_are_found()
    {
        _kernel.PlantContainer();
        _kernel.Plant("sys/fs/cgroup/memory.events", "oom 2\noom_kill 2\n");
        Assert.Equal([MachineFindings.OutOfMemoryKills], Codes(await ExamineAsync()));
    }

    [Fact]
    public async Task Handles_of_the_machine_and_of_a_process_are_counted()
    {
        var probe = new DescriptorProbe(_kernel.Options);
        Assert.Empty(await ExamineAsync(probe));

        _kernel.Plant("proc/sys/fs/file-nr", "90000\t0\t100000\n");
        _kernel.Plant("proc/77/limits", "Limit Soft Limit\nMax open files            10                   20                   files\n");
        _kernel.Plant("proc/77/comm", "postgres\n");
        foreach (var handle in Enumerable.Range(0, 9))
        {
            _kernel.Plant($"proc/77/fd/{handle}", "");
        }

        var found = await ExamineAsync(probe);
        Assert.Equal([MachineFindings.Handles, MachineFindings.Handles], Codes(found));
        Assert.Equal("9 of 10 file handles of postgres (process 77) are open.", found[1].Symptom);
    }

    [Fact]
    public async Task Used_up_ports_and_tracked_connections_are_found()
    {
        _kernel.Plant("proc/net/sockstat", "sockets: used 200\nTCP: inuse 5000 orphan 0 tw 20000 alloc 25 mem 3\n");
        _kernel.Plant("proc/sys/net/netfilter/nf_conntrack_count", "60000\n");
        _kernel.Plant("proc/sys/net/netfilter/nf_conntrack_max", "65536\n");
        var found = await ExamineAsync(new DescriptorProbe(_kernel.Options));
        Assert.Equal(["ports", "conntrack"], found.Select(observation => observation.Subject));
    }

    [Fact]
    public async Task Without_a_kernel_the_machine_is_unknown_and_not_healthy()
    {
        _kernel.Remove("proc/stat");
        _kernel.Remove("proc/sys/fs/file-nr");
        await Assert.ThrowsAsync<ProbeException>(() => ExamineAsync());
        await Assert.ThrowsAsync<ProbeException>(() => ExamineAsync(new DescriptorProbe(_kernel.Options)));
    }

    public void Dispose() => _kernel.Dispose();

    private static IEnumerable<string> Codes(IEnumerable<Observation> observations) =>
        observations.Select(observation => observation.Code);

    private IEnumerable<string> Figures() => FigureLines.Of(_figures);

    /// <param name="during">Changes files between the two readings.</param>
    private async Task<IReadOnlyList<Observation>> ExamineAsync(Action? during = null)
    {
        var time = new FakeTimeProvider();
        var examination = ExamineAsync(new MachineProbe(_kernel.Options, time));
        during?.Invoke();
        time.Advance(_kernel.Options.Value.Sample);
        return await examination;
    }

    private Task<IReadOnlyList<Observation>> ExamineAsync(IProbe probe)
    {
        var now = TimeProvider.System.GetUtcNow();
        var window = new DiagnosisWindow(now.AddHours(-1), now);
        _figures = window.Figures;
        return probe.ExamineAsync(window, TestContext.Current.CancellationToken);
    }
}
