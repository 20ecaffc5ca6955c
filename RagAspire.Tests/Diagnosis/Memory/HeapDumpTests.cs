using System.Runtime.InteropServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Memory;
using RagAspire.Monitoring.Memory;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Memory;

/// <summary>Dumps of a service whose managed memory is suspected: here another program under the name of the API.</summary>
public sealed class HeapDumpTests(Stores stores) : IDisposable
{
    private const long Megabyte = 1_000_000;

    private readonly TestDirectory _folder = TestDirectory.Create("dumps");
    private readonly TestDirectory _programs = TestDirectory.Create("programs");
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Suspicion_takes_a_dump_once_in_a_pause_keeps_the_newest_and_names_the_largest_type()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A process is named after the link that it was started by.");
        await using var core = await CoreAsync(growth: 1);
        await using var process = Start();
        await ReadyAsync(process);
        var suspect = Of(process, await ServiceAsync(core));
        var dumps = Dumps(new HeapDumpOptions { Enabled = true, Keep = 1, Pause = TimeSpan.FromHours(6) });

        var first = await dumps.TakeAsync(suspect, Token);
        Assert.Equal("System.Byte[]", first?.Types[0].Name);
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Null(await dumps.TakeAsync(suspect, Token));
        _time.Advance(TimeSpan.FromHours(2));
        var second = await dumps.TakeAsync(suspect, Token);
        Assert.Equal(_time.GetUtcNow(), second?.At);

        Assert.Equal([".json", ".nettrace"], Directory.GetFiles(_folder.Path).Select(Path.GetExtension).Order());
        Assert.All(Directory.GetFiles(_folder.Path), file => Assert.True(new FileInfo(file).Length > 100));
        Assert.Equal(second!.Types[0], (await ServiceAsync(core)).Heap?.Types[0]);
        var finding = Assert.Single(
            await FindingsAsync(core), observation => observation.Code == MemoryFindings.Managed);
        Assert.Contains("Most of the heap is System.Byte[]", finding.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_dump_is_taken_without_consent_without_suspicion_or_of_another_process()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A process is named after the link that it was started by.");
        await using var process = Start();
        await ReadyAsync(process);
        await using var leaking = await CoreAsync(growth: 1);
        await using var quiet = await CoreAsync(growth: 0);
        var other = await ServiceAsync(leaking);
        var suspect = Of(process, other);
        var enabled = Dumps(new HeapDumpOptions { Enabled = true });

        Assert.Null(await Dumps(new HeapDumpOptions()).TakeAsync(suspect, Token));
        Assert.Null(await enabled.TakeAsync(Of(process, await ServiceAsync(quiet)), Token));
        Assert.Null(await enabled.TakeAsync(other, Token));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task A_program_that_dotnet_runs_is_found_by_the_name_of_its_assembly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The arguments of processes are read from /proc.");
        await using var process = LeakingProcess.Start("sawtooth");
        await ReadyAsync(process);

        Assert.Contains(process.ProcessId, ProcessMemory.Find("RagAspire.Tests"));
        Assert.DoesNotContain(process.ProcessId, ProcessMemory.Find("RagAspire.Api"));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _programs.Dispose();
    }

    private HeapDumps Dumps(HeapDumpOptions options)
    {
        options.Directory = _folder.Path;
        return new HeapDumps(
            new ConfigurationBuilder().Build(), Options.Create(options), _time, NullLogger<HeapDumps>.Instance);
    }

    /// <param name="growth">Of the managed heap, in megabytes for each sample.</param>
    private async Task<CoreServices> CoreAsync(long growth)
    {
        var core = await CoreServices.CreateAsync(
            stores, settings: new Dictionary<string, string?> { ["HeapDumps:Directory"] = _folder.Path });
        var now = TimeProvider.System.GetUtcNow();
        await core.Get<MemorySampleStore>().AddAsync(
            [.. Enumerable.Range(0, 100).Select(i =>
                new MemorySample("ragaspire-api", "one", now.AddSeconds(-30 * (100 - i)), now.AddDays(-2), 500 * Megabyte)
                {
                    Managed = (200 + (growth * i)) * Megabyte,
                })],
            Token);
        return core;
    }

    private static async Task<ServiceMemory> ServiceAsync(CoreServices core) =>
        Assert.Single((await core.Get<MemoryDiagnosis>().ExamineAsync(window: null, Token)).Services);

    private static async Task<IReadOnlyList<Observation>> FindingsAsync(CoreServices core)
    {
        var now = TimeProvider.System.GetUtcNow();
        return await new MemoryProbe(core.Get<MemoryDiagnosis>()).ExamineAsync(new DiagnosisWindow(now, now), Token);
    }

    private BackgroundProgram Start()
    {
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));
        var name = Path.Combine(_programs.Path, "RagAspire.Api");
        File.CreateSymbolicLink(name, dotnet);
        return LeakingProcess.Start("sawtooth", name);
    }

    private static Task ReadyAsync(BackgroundProgram process) => Eventually.TrueAsync(
        () => Task.FromResult(process.Output.Contains("ready", StringComparison.Ordinal)), TimeSpan.FromSeconds(60),
        () => process.Output, Token);

    /// <summary>The service as if its samples were of the process, which has not run for so long.</summary>
    private static ServiceMemory Of(BackgroundProgram process, ServiceMemory service) =>
        service with { StartedAt = ProcessMemory.Read(process.ProcessId)!.StartedAt };
}
