using System.Globalization;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;
using RagAspire.Monitoring;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

/// <summary>Causes that are found in a real Prometheus, and whether the queries beside the figures give these figures.</summary>
public sealed class CauseEvidenceTests(Stores stores)
{
    private const string Api = "job=\"ragaspire-api\"";
    private const string Worker = "job=\"ragaspire-worker\"";

    // More than two hours old would be a block of its own; the trouble begins ten minutes before the end.
    private static readonly DateTimeOffset End = TimeProvider.System.GetUtcNow();
    private static readonly DateTimeOffset Trouble = End.AddMinutes(-10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public async Task A_slow_index_is_the_bottleneck_also_while_the_worker_embeds_and_writes(double ingestion)
    {
        await using var prometheus = await PrometheusWithHistory.StartAsync(Series(
            Duration("rag_search_duration_seconds", Api, perSecond: 2, seconds: 3),
            Duration("rag_vector_search_duration_seconds", Api, 2, 2.5),
            Duration("db_client_operation_duration_seconds", Api, 8, .01),
            Gauge($"http_server_active_requests{{{Api}}}", 7),
            Duration("gen_ai_client_operation_duration_seconds", $"{Api},gen_ai_operation_name=\"embeddings\"", 2, .05),
            Duration("db_client_operation_duration_seconds", Worker, 100, ingestion / 100),
            Duration("gen_ai_client_operation_duration_seconds", $"{Worker},gen_ai_operation_name=\"embeddings\"", 10, ingestion / 10)));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await AnalyzeAsync(core);

        Assert.Equal([CauseFindings.Index], report.Observations.Select(observation => observation.Code));
        Assert.Equal(.833, report.Stages.Single(stage => stage.Stage == "index").Share, .01);
        await AssertReproducedAsync(core, report);
    }

    [Fact]
    public async Task Each_figure_is_given_again_by_the_query_beside_it()
    {
        const string route = "http_route=\"/api/v1/documents/{id}\"";
        await using var prometheus = await PrometheusWithHistory.StartAsync(Series(
        [
            // A retry storm on a slow route, of one key, after the cache was lost, while documents wait.
            Duration("http_server_request_duration_seconds", $"{Api},{route},http_response_status_code=\"200\"", 4, 3, before: 4),
            Duration("http_server_request_duration_seconds", $"{Api},{route},http_response_status_code=\"503\"", 26, 3, before: 0),
            Duration("http_server_request_duration_seconds", $"{Worker},http_route=\"\"", 50, .01),
            Counter($"rag_api_requests_total{{{Api},key=\"a \\\"quoted\\\" loop\"}}", 28, 1),
            Counter($"rag_api_requests_total{{{Api},key=\"team\"}}", 2, 2),
            Counter($"rag_cache_requests_total{{{Api},cache=\"search\",result=\"hit\"}}", 1, 9),
            Counter($"rag_cache_requests_total{{{Api},cache=\"search\",result=\"miss\"}}", 20, 1),
            Duration("rag_ingestion_stage_duration_seconds", $"{Worker},stage=\"embed\"", 1, .7),
            Duration("rag_ingestion_stage_duration_seconds", $"{Worker},stage=\"extract\"", 1, .2),
            Gauge($"http_server_active_requests{{{Api}}}", 12),

            // API and worker both export the backlog.
            Gauge($"rag_ingestion_queue_depth{{{Api}}}", 40), Gauge($"rag_ingestion_queue_depth{{{Worker}}}", 40),
            Gauge($"rag_ingestion_oldest_pending_seconds{{{Api}}}", 1500),
            Gauge($"rag_ingestion_oldest_pending_seconds{{{Worker}}}", 1500),
        ]));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await AnalyzeAsync(core);

        string[] expected =
        [
            CauseFindings.Ingestion, CauseFindings.Flood, CauseFindings.Stampede, CauseFindings.RetryStorm, CauseFindings.Failing,
            CauseFindings.SlowRoute,
        ];
        Assert.Equal(expected, report.Observations.Select(observation => observation.Code).Order(StringComparer.Ordinal));
        Assert.Contains("40 documents wait", report.Observations.Single(found => found.Code == CauseFindings.Ingestion).Symptom);
        await AssertReproducedAsync(core, report);
        foreach (var change in report.Changes)
        {
            Assert.NotEmpty(await core.Get<PrometheusApi>().QueryAsync(change.Query, Cancelled, End));
        }
    }

    [Fact]
    public async Task A_command_without_Prometheus_does_not_know_the_causes()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var report = await core.Get<DiagnosisService>().DiagnoseAsync(range: null, Cancelled);

        var causes = Assert.Single(report.Probes, probe => probe.Name == "causes");
        Assert.Equal(DiagnosisStatus.Unknown, causes.Status);
        Assert.Contains("Prometheus:Url", causes.Reason, StringComparison.Ordinal);
    }

    private static async Task AssertReproducedAsync(CoreServices core, CauseReport report)
    {
        var prometheus = core.Get<PrometheusApi>();
        foreach (var evidence in report.Observations.SelectMany(observation => observation.Evidence))
        {
            var sample = Assert.Single(await prometheus.QueryAsync(evidence.Query, Cancelled, End));
            var factor = evidence.Value.EndsWith('%') ? 100 : 1;
            var number = double.Parse(evidence.Value.Split(' ', '/')[0], NumberStyles.Number, CultureInfo.InvariantCulture);
            Assert.True(Math.Abs((factor * sample.Value) - number) <= .06, $"{evidence.Query} is {sample.Value}, not {evidence.Value}");
            Assert.Equal("Prometheus", evidence.Source);
        }

        Assert.NotEmpty(report.Stages);
        foreach (var stage in report.Stages)
        {
            Assert.Equal(stage.Share, Assert.Single(await prometheus.QueryAsync(stage.Query, Cancelled, End)).Value, 1e-6);
        }
    }

    private static Task<CauseReport> AnalyzeAsync(CoreServices core) =>
        core.Get<CauseAnalysis>().AnalyzeAsync(new DiagnosisWindow(End.AddHours(-1), End), Cancelled);

    private Task<CoreServices> CoreAsync(string prometheus) => CoreServices.CreateAsync(
        stores,
        settings: new Dictionary<string, string?> { ["Prometheus:Url"] = prometheus, ["Prometheus:Timeout"] = "00:00:20" });

    private static Dictionary<string, IEnumerable<(DateTimeOffset, double)>> Series(
        params IEnumerable<IEnumerable<KeyValuePair<string, IEnumerable<(DateTimeOffset, double)>>>> series) =>
        series.SelectMany(one => one).ToDictionary();

    /// <summary>A histogram of events that all last the same, which are rarer before the trouble.</summary>
    private static IEnumerable<KeyValuePair<string, IEnumerable<(DateTimeOffset, double)>>> Duration(
        string name, string labels, double perSecond, double seconds, double? before = null)
    {
        var was = before ?? perSecond;
        double[] bounds = [.01, .1, 1, 2, 4, 60];
        return
        [
            .. Counter($"{name}_count{{{labels}}}", perSecond, was),
            .. Counter($"{name}_sum{{{labels}}}", perSecond * seconds, was * seconds),
            .. bounds.SelectMany(bound => Counter(
                $"{name}_bucket{{{labels},le=\"{bound.ToString(CultureInfo.InvariantCulture)}\"}}",
                bound >= seconds ? perSecond : 0, bound >= seconds ? was : 0)),
            .. Counter($"{name}_bucket{{{labels},le=\"+Inf\"}}", perSecond, was),
        ];
    }

    private static IEnumerable<KeyValuePair<string, IEnumerable<(DateTimeOffset, double)>>> Counter(
        string series, double perSecond, double before)
    {
        var sum = 0.0;
        return [new(series, [.. Times().Select(at => (at, sum += 15 * (at > Trouble ? perSecond : before)))])];
    }

    private static IEnumerable<KeyValuePair<string, IEnumerable<(DateTimeOffset, double)>>> Gauge(string series, double value) =>
        [new(series, [.. Times().Select(at => (at, value))])];

    private static IEnumerable<DateTimeOffset> Times() => Enumerable.Range(0, 281).Select(i => End.AddSeconds(15 * (i - 260)));
}
