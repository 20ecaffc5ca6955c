using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Machine;
using RagAspire.Tests.Support;
using RagAspire.Worker.Commands;

namespace RagAspire.Tests.Diagnosis;

/// <summary>A diagnosis ends in time, whatever its probes do, and puts causes first.</summary>
public sealed class DiagnosisServiceTests(Stores stores)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(400);

    [Fact]
    public async Task A_system_without_observations_is_healthy()
    {
        var report = await DiagnoseAsync(new ProbeStub("one"), new ProbeStub("two"));
        Assert.Equal(DiagnosisStatus.Healthy, report.Status);
        Assert.Empty(report.Findings);
        Assert.All(report.Probes, probe => Assert.Equal(DiagnosisStatus.Healthy, probe.Status));
    }

    [Fact]
    public async Task A_probe_that_ignores_cancellation_is_unknown_and_the_others_count()
    {
        var report = await DiagnoseAsync(
            new ProbeStub("deaf") { Examine = _ => new TaskCompletionSource<IReadOnlyList<Observation>>().Task },
            new ProbeStub("disk", Seen(MachineFindings.Disk)));
        Assert.Equal(DiagnosisStatus.Critical, report.Status);
        Assert.Equal("No result within 0.4 s.", report.Probes.Single(probe => probe.Name == "deaf").Reason);
        Assert.Single(report.Findings);
        Assert.InRange(report.TookMs, 300, 2000);
    }

    [Fact]
    public async Task A_probe_that_blocks_its_thread_is_unknown()
    {
        using var blocked = new ManualResetEventSlim();
        var report = await DiagnoseAsync(new ProbeStub("blocked")
        {
            Examine = _ =>
            {
                blocked.Wait(TimeSpan.FromSeconds(10), CancellationToken.None);
                return Task.FromResult<IReadOnlyList<Observation>>([]);
            },
        });
        blocked.Set();
        Assert.Equal(DiagnosisStatus.Unknown, report.Status);
        Assert.InRange(report.TookMs, 300, 2000);
    }

    [Fact]
    public async Task A_probe_that_throws_is_unknown_with_its_reason()
    {
        var report = await DiagnoseAsync(
            new ProbeStub("told") { Examine = _ => throw new ProbeException("There is no /proc here.") },
            new ProbeStub("bug") { Examine = _ => throw new InvalidOperationException("a bug") },
            new ProbeStub("cancelled") { Examine = _ => throw new OperationCanceledException() });
        Assert.Equal(DiagnosisStatus.Unknown, report.Status);
        Assert.Equal("There is no /proc here.", report.Probes.Single(probe => probe.Name == "told").Reason);
        Assert.Equal("The examination failed: a bug", report.Probes.Single(probe => probe.Name == "bug").Reason);
        Assert.NotNull(report.Probes.Single(probe => probe.Name == "cancelled").Reason);
    }

    [Fact]
    public async Task What_a_probe_has_found_counts_where_the_rest_of_its_part_is_unknown()
    {
        var report = await DiagnoseAsync(
            new ProbeStub("disks") { Examine = _ => throw new ProbeException("/mnt is silent.") { Observations = [Seen(MachineFindings.Disk)] } });
        Assert.Equal(MachineFindings.Disk, Assert.Single(report.Findings).Code);
        var probe = Assert.Single(report.Probes);
        Assert.Equal((DiagnosisStatus.Critical, "/mnt is silent."), (probe.Status, probe.Reason));
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_the_diagnosis()
    {
        using var caller = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Service(
            [new ProbeStub("slow") { Examine = async token => { await Task.Delay(5000, token); return []; } }])
            .DiagnoseAsync(range: null, caller.Token));
    }

    [Fact]
    public async Task Probes_that_hang_for_ever_do_not_pile_up()
    {
        var service = Service([new ProbeStub("deaf") { Examine = _ => new TaskCompletionSource<IReadOnlyList<Observation>>().Task }]);
        for (var i = 0; i < 16; i += 8)
        {
            await Task.WhenAll(
                Enumerable.Range(0, 8).Select(_ => service.DiagnoseAsync(null, TestContext.Current.CancellationToken)));
        }

        var report = await service.DiagnoseAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal("Earlier examinations of this part still hang.", report.Probes.Single().Reason);
        Assert.InRange(report.TookMs, 0, 200);
    }

    [Fact]
    public async Task Consequences_are_folded_under_their_cause_also_transitively()
    {
        var report = await DiagnoseAsync(
            new ProbeStub("api", Seen(MachineFindings.ApiSlow)),
            new ProbeStub("machine", Seen(MachineFindings.Swap), Seen(MachineFindings.Memory)));
        Assert.Equal(
            [MachineFindings.Memory, MachineFindings.ApiSlow, MachineFindings.Swap],
            report.Findings.Select(finding => finding.Code));
        Assert.Equal(
            [null, MachineFindings.Memory, MachineFindings.Memory], report.Findings.Select(finding => finding.SuppressedBy));
        Assert.Equal("/diagnostics/RAG-D003", report.Findings[0].Runbook);
    }

    [Fact]
    public async Task Critical_causes_come_before_warnings()
    {
        var report = await DiagnoseAsync(new ProbeStub(
            "machine", Seen(MachineFindings.ClockSkew), Seen(MachineFindings.Cpu), Seen(MachineFindings.Disk)));
        Assert.Equal(
            [MachineFindings.Disk, MachineFindings.Cpu, MachineFindings.ClockSkew],
            report.Findings.Select(finding => finding.Code));
    }

    [Fact]
    public async Task Several_subjects_of_one_code_are_several_findings()
    {
        var report = await DiagnoseAsync(new ProbeStub(
            "machine", Seen(MachineFindings.Disk, "/b"), Seen(MachineFindings.Disk, "/a"), Seen(MachineFindings.Disk, "/a")));
        Assert.Equal(["/a", "/b"], report.Findings.Select(finding => finding.Subject));
    }

    [Fact]
    public async Task Counters_are_read_between_diagnoses()
    {
        var (time, read) = (new FakeTimeProvider(), new ConcurrentDictionary<string, bool>());
        await using var core = await CoreServices.CreateAsync(stores);
        var probes = core.Get<IEnumerable<IProbe>>().Select(probe => new ProbeStub(probe.Name)
        {
            ComparesReadings = probe.ComparesReadings,
            Examine = _ =>
            {
                read.TryAdd(probe.Name, true);
                return Task.FromResult<IReadOnlyList<Observation>>([]);
            },
        });
        var options = Options.Create(new DiagnosisOptions());
        using var readings = new CounterReadings(probes, Runner(options), options, time);
        await readings.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(options.Value.ReadingInterval);
                return Task.FromResult(read.Count >= 3);
            },
            TimeSpan.FromSeconds(30), () => string.Join(", ", read.Keys), TestContext.Current.CancellationToken);
        await readings.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["machine", "postgresql", "redis"], read.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(new ServiceCollection().AddApiDiagnosis(), service => service.ServiceType == typeof(CounterReadings));
    }

    [Theory]
    [InlineData(DiagnosisStatus.Healthy, 0)]
    [InlineData(DiagnosisStatus.Unknown, 1)]
    [InlineData(DiagnosisStatus.Warning, 1)]
    [InlineData(DiagnosisStatus.Critical, 2)]
    public void The_exit_code_of_the_commands_tells_the_status(DiagnosisStatus status, int code) =>
        Assert.Equal(code, ExitCodes.Of(status));

    private static Observation Seen(string code, string? subject = null) => new(code, "seen", []) { Subject = subject };

    private static Task<DiagnosisReport> DiagnoseAsync(params IProbe[] probes) =>
        Service(probes).DiagnoseAsync(range: null, TestContext.Current.CancellationToken);

    private static DiagnosisService Service(IProbe[] probes)
    {
        var options = Options.Create(new DiagnosisOptions { ProbeLimit = Limit, Limit = Limit });
        return new DiagnosisService(probes, Runner(options), options, causes: null, TimeProvider.System);
    }

    private static ProbeRunner Runner(IOptions<DiagnosisOptions> options) =>
        new(options, TimeProvider.System, NullLogger<ProbeRunner>.Instance);

    private sealed class ProbeStub(string name, params Observation[] observations) : IProbe
    {
        public string Name => name;

        public bool ComparesReadings { get; init; }

        public Func<CancellationToken, Task<IReadOnlyList<Observation>>> Examine { get; init; } =
            _ => Task.FromResult<IReadOnlyList<Observation>>(observations);

        public Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken) =>
            Examine(cancellationToken);
    }
}
