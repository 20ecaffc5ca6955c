using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Machine;
using RagAspire.Embedded;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Diagnosis;

/// <summary>Troubles of the machine that are caused for real: a full disk, open files, a wrong clock, a blocked pool.</summary>
public sealed class MachineTroubleTests(Stores stores)
{
    [Fact]
    public async Task The_disks_of_this_machine_are_examined()
    {
        var mounts = Disks.Mounts(new KernelFiles("/"));
        Assert.Contains("/", mounts);
        Assert.DoesNotContain(mounts, mount => mount.StartsWith("/proc", StringComparison.Ordinal));
        var root = Disks.Usage("/")!;
        var expected = new DriveInfo("/");
        Assert.Equal(expected.AvailableFreeSpace, root.Free, expected.TotalSize / 100d);
        Assert.Equal(expected.TotalSize - expected.TotalFreeSpace, root.Size - root.Free, expected.TotalSize / 100d);
        await ExamineAsync(new DiskProbe(Machine()));
    }

    [Fact]
    public async Task A_full_disk_is_found_as_the_data_directory_and_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root mounts a disk.");
        using var mount = TestDirectory.Create("full");
        Assert.SkipUnless(Run("mount", "-t", "tmpfs", "-o", "size=8m,nr_inodes=100", "tmpfs", mount.Path), "No disk can be mounted.");
        try
        {
            await File.WriteAllBytesAsync(Path.Combine(mount.Path, "data"), new byte[7_900_000], TestContext.Current.CancellationToken);
            var found = await ExamineAsync(new DiskProbe(Machine(data: mount.Path)));
            Assert.Equal(mount.Path, found.Single(observation => observation.Code == MachineFindings.DataDisk).Subject);
            Assert.DoesNotContain(
                found, observation => observation.Code == MachineFindings.Disk && observation.Subject == mount.Path);
            Assert.Contains(
                await ExamineAsync(new DiskProbe(Machine())),
                observation => observation.Code == MachineFindings.Disk && observation.Subject == mount.Path);

            File.Delete(Path.Combine(mount.Path, "data"));
            foreach (var file in Enumerable.Range(0, 95))
            {
                await File.WriteAllTextAsync(Path.Combine(mount.Path, $"{file}"), "", TestContext.Current.CancellationToken);
            }

            found = await ExamineAsync(new DiskProbe(Machine(data: mount.Path)));
            Assert.Equal(MachineFindings.Inodes, found.Single(observation => observation.Subject == mount.Path).Code);
        }
        finally
        {
            Run("umount", mount.Path);
        }
    }

    [Fact]
    public async Task A_disk_that_never_answers_does_not_hide_the_others()
    {
        using var kernel = new PlantedKernel();
        kernel.Plant("proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n23 1 0:50 / /mnt/dead rw - nfs4 server:/x rw\n");
        using var never = new ManualResetEventSlim();
        var partly = await Assert.ThrowsAsync<ProbeException>(() => ExamineAsync(new DiskProbe(kernel.Options)
        {
            Usage = path =>
            {
                if (path == "/mnt/dead")
                {
                    never.Wait(TimeSpan.FromSeconds(20), CancellationToken.None);
                }

                return path == "/" ? new DiskUsage(path, 1e12, 5e10, 0, 0) : new DiskUsage(path, 2e12, 1e12, 0, 0);
            },
        }));
        never.Set();
        Assert.Equal("/", Assert.Single(partly.Observations).Subject);
        Assert.Contains("/mnt/dead", partly.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_whose_files_are_nearly_used_up_is_found()
    {
        using var process = Process.Start(new ProcessStartInfo("bash",
            ["-c", "ulimit -n 20; for i in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17; do eval \"exec $i</dev/null\"; done; sleep 30"]))!;
        try
        {
            IReadOnlyList<Observation> found = [];
            await Eventually.TrueAsync(
                async () => (found = await ExamineAsync(new DescriptorProbe(Machine())))
                    .Any(observation => observation.Subject is { } subject && subject.EndsWith($" {process.Id}", StringComparison.Ordinal)),
                TimeSpan.FromSeconds(10),
                () => string.Join(", ", found.Select(observation => observation.Symptom)),
                TestContext.Current.CancellationToken);
            Assert.All(found, observation => Assert.Equal(MachineFindings.Handles, observation.Code));
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task A_wrong_clock_is_found_in_each_store_and_silent_stores_make_it_unknown()
    {
        await using var database = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stores.Redis);
        Assert.Empty(await ExamineAsync(new ClockProbe(database, redis, Machine(), TimeProvider.System)));

        var wrong = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddSeconds(-90));
        var found = await ExamineAsync(new ClockProbe(database, redis, Machine(), wrong));
        Assert.Contains(found, observation => observation.Subject == "PostgreSQL");
        Assert.All(found, observation => Assert.Contains("behind", observation.Symptom, StringComparison.Ordinal));

        await using var gone = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Timeout=1");
        await using var away = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{FreePort.Next()},abortConnect=false,connectTimeout=500");
        await Assert.ThrowsAsync<ProbeException>(() => ExamineAsync(new ClockProbe(gone, away, Machine(), TimeProvider.System)));
    }

    [Fact]
    public async Task An_api_that_is_silent_slow_or_wrong_is_told_apart()
    {
        var port = FreePort.Next();
        Assert.Equal(MachineFindings.ApiSilent, Assert.Single(await ExamineAsync(Api(port))).Code);

        // Accepts connections and says nothing.
        using var silent = new TcpListener(IPAddress.Loopback, port);
        silent.Start();
        Assert.Equal(MachineFindings.ApiSlow, Assert.Single(await ExamineAsync(Api(port))).Code);

        using var listener = new TcpListener(IPAddress.Loopback, port = FreePort.Next());
        listener.Start();
        var answer = AnswerAsync(listener, TimeSpan.FromMilliseconds(600), "200 OK");
        Assert.Equal(MachineFindings.ApiSlow,
            Assert.Single(await ExamineAsync(Api(port, limit: TimeSpan.FromMilliseconds(500)))).Code);
        await answer;
        answer = AnswerAsync(listener, TimeSpan.Zero, "502 Bad Gateway");
        Assert.Equal("502", Assert.Single(await ExamineAsync(Api(port))).Evidence.Single().Value);
        await answer;
        answer = AnswerAsync(listener, TimeSpan.Zero, "200 OK");
        Assert.Empty(await ExamineAsync(Api(port)));
        await answer;
    }

    private static async Task AnswerAsync(TcpListener listener, TimeSpan delay, string status)
    {
        using var connection = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        _ = await connection.GetStream().ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
        await Task.Delay(delay, TestContext.Current.CancellationToken);
        await connection.GetStream().WriteAsync(
            System.Text.Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
            TestContext.Current.CancellationToken);
    }

    private static ApiProbe Api(int port, TimeSpan? limit = null)
    {
        var clients = new ServiceCollection().AddHttpClient().BuildServiceProvider().GetRequiredService<IHttpClientFactory>();
        var options = new MachineOptions
        {
            ApiUrl = new Uri($"http://127.0.0.1:{port}"),
            ResponseTime = limit ?? TimeSpan.FromSeconds(5),
        };
        return new ApiProbe(clients, new ApiAddress(Own: null), Options.Create(options), TimeProvider.System);
    }

    private static IOptions<MachineOptions> Machine(string? data = null) =>
        Options.Create(new MachineOptions { DataDirectory = data ?? Path.GetTempPath() });

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static Task<IReadOnlyList<Observation>> ExamineAsync(IProbe probe)
    {
        var now = TimeProvider.System.GetUtcNow();
        return probe.ExamineAsync(new DiagnosisWindow(now.AddHours(-1), now), TestContext.Current.CancellationToken);
    }
}
