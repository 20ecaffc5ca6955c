using RagAspire.Api;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Memory;
using RagAspire.Monitoring.Memory;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Memory;

public sealed class MemoryDiagnosisTests(Stores stores, Browser browser)
{
    private const long Megabyte = 1_000_000;

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_grows_is_found_with_its_parts_and_its_time_to_the_limit()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await AddAsync(core, "ragaspire-api", 100, i => Megabyte * (400 + i));
        await AddAsync(core, "redis", 100, i => Megabyte * (100 + (i % 3)));

        var report = await core.Get<MemoryDiagnosis>().ExamineAsync(window: null, Token);

        Assert.Equal(MemoryTrend.Growing, report.Trend);
        Assert.Equal(["ragaspire-api", "redis"], report.Services.Select(service => service.Service));
        Assert.Equal([MemoryTrend.Growing, MemoryTrend.Stable], report.Services.Select(service => service.Trend));
        var hour = report.Services[0].Parts[0];
        Assert.Equal(("working set", TimeSpan.FromHours(1)), (hour.Part, hour.Window));
        Assert.InRange(hour.Verdict.PerHour!.Value, 115 * Megabyte, 125 * Megabyte);
        Assert.NotNull(hour.Verdict.ToLimit);

        var findings = await new MemoryProbe(core.Get<MemoryDiagnosis>())
            .ExamineAsync(new DiagnosisWindow(report.At, report.At), Token);
        Assert.Equal(["RAG-D140", "RAG-D142", "RAG-D146"], findings.Select(finding => finding.Code).Order());
        Assert.All(findings, finding => Assert.Equal("ragaspire-api", finding.Subject));
    }

    [Fact]
    public async Task A_restart_begins_anew_and_a_gap_does_not()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        await AddAsync(core, "restarted", 100, i => Megabyte * (400 + i), startedAt: Now.AddHours(-2));
        await core.Get<MemorySampleStore>().AddAsync(
            [new MemorySample("restarted", "one", Now, Now, 100 * Megabyte)], Token);
        await AddAsync(core, "gap", 100, i => Megabyte * (400 + i), skip: i => i is > 40 and < 60);

        var report = await core.Get<MemoryDiagnosis>().ExamineAsync(TimeSpan.FromHours(2), Token);

        Assert.Equal(
            [("gap", MemoryTrend.Growing), ("restarted", MemoryTrend.InsufficientData)],
            report.Services.Select(service => (service.Service, service.Trend)));
    }

    [Fact]
    public async Task A_Prometheus_that_is_away_is_said_and_a_database_that_is_away_is_unknown()
    {
        var settings = new Dictionary<string, string?> { ["Prometheus:Url"] = "http://127.0.0.1:1" };
        await using var core = await CoreServices.CreateAsync(stores, settings: settings);
        await AddAsync(core, "ragaspire-api", 20, _ => 400 * Megabyte);
        var report = await core.Get<MemoryDiagnosis>().ExamineAsync(window: null, Token);
        Assert.Single(report.Services);
        Assert.Contains("127.0.0.1:1", Assert.Single(report.Unknown), StringComparison.Ordinal);
        var partly = await Assert.ThrowsAsync<ProbeException>(() => new MemoryProbe(core.Get<MemoryDiagnosis>())
            .ExamineAsync(new DiagnosisWindow(report.At, report.At), Token));
        Assert.Contains("127.0.0.1:1", partly.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_web_app_and_containers_are_judged_by_what_Prometheus_knows()
    {
        var end = Now;
        IEnumerable<(DateTimeOffset At, double Value)> Minutes(Func<int, double> value) =>
            Enumerable.Range(0, 121).Select(minute => (end.AddMinutes(minute - 120), value(minute)));
        await using var prometheus = await PrometheusWithHistory.StartAsync(
            new Dictionary<string, IEnumerable<(DateTimeOffset At, double Value)>>
            {
                ["dotnet_process_memory_working_set_bytes{job=\"ragaspire-web\",instance=\"web\"}"] = Minutes(i => Megabyte * (400 + i)),
                ["rag_process_memory_limit_bytes{job=\"ragaspire-web\",instance=\"web\"}"] = Minutes(_ => 1000 * Megabyte),
                ["dotnet_process_memory_working_set_bytes{job=\"ragaspire-api\",instance=\"api\"}"] = Minutes(_ => 400 * Megabyte),
                ["container_memory_working_set_bytes{job=\"cadvisor\",container=\"redis-1\"}"] = Minutes(i => Megabyte * (100 + (i % 3))),
            });
        var settings = new Dictionary<string, string?> { ["Prometheus:Url"] = prometheus.Address, ["Prometheus:Timeout"] = "00:00:20" };
        await using var core = await CoreServices.CreateAsync(stores, settings: settings);

        var report = await core.Get<MemoryDiagnosis>().ExamineAsync(TimeSpan.FromHours(2), Token);

        Assert.Equal(
            [("ragaspire-web/web", MemoryTrend.Growing), ("redis-1", MemoryTrend.Stable)],
            report.Services.Select(service => (service.Service, service.Trend)));
        Assert.Equal(1000 * Megabyte, report.Services[0].Limit);
        await browser.AssertSoundAsync(
            "growing", MemoryPage.Describe(report), "Memory keeps growing: ragaspire-web/web.", "Limit reached");
    }

    [Fact]
    public async Task Old_samples_are_removed()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var store = core.Get<MemorySampleStore>();
        await AddAsync(core, "ragaspire-api", 10, _ => Megabyte);
        Assert.Equal(0, await store.RemoveAsync(Now.AddHours(-1), Token));
        Assert.Equal(10, await store.RemoveAsync(Now.AddSeconds(1), Token));
        Assert.Empty(await store.ReadAsync(DateTimeOffset.UnixEpoch, Token));
    }

    [Fact]
    public async Task The_memory_of_this_process_and_of_the_stores_is_sampled()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        GC.Collect();
        var own = core.Get<OwnMemory>().Sample();
        Assert.True(own is { WorkingSet: > Megabyte, Managed: > Megabyte, LargeObjects: >= 0, Native: >= 0 });
        Assert.True(own is { Handles: > 5, Threads: > 3, Limit: > Megabyte });

        var of = (await core.Get<StoreMemory>().SampleAsync(Token)).ToDictionary(sample => sample.Service);
        Assert.InRange(of["postgresql"].WorkingSet, 5 * Megabyte, 2_000 * Megabyte);
        Assert.True(of["redis"].WorkingSet > Megabyte);
        await core.Get<MemoryRecorder>().RecordAsync(own, Token);
        await core.Get<MemoryRecorder>().RecordStoresAsync([.. of.Values], Token);
        Assert.Equal(of.Count + 1, (await core.Get<MemorySampleStore>().ReadAsync(DateTimeOffset.UnixEpoch, Token)).Count);
    }

    private static Task AddAsync(
        CoreServices core, string service, int count, Func<int, long> workingSet, DateTimeOffset? startedAt = null, Func<int,
            bool>? skip = null)
    {
        var now = Now;
        return core.Get<MemorySampleStore>().AddAsync(
            [.. Enumerable.Range(0, count).Where(i => skip?.Invoke(i) != true).Select(i =>
                new MemorySample(service, "one", now.AddSeconds(-30 * (count - i)), startedAt ?? now.AddDays(-2), workingSet(i))
                {
                    Native = workingSet(i),
                    Limit = 1_000 * Megabyte,
                })],
            Token);
    }
}
