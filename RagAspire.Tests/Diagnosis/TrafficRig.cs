using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;
using RagAspire.Ingestion;
using RagAspire.Monitoring;
using RagAspire.Search;

namespace RagAspire.Tests.Diagnosis;

/// <summary>The traffic of one second; a trouble changes it.</summary>
internal sealed record Traffic
{
    public double Searches { get; init; } = 8;

    public double SearchSeconds { get; init; } = .05;

    public double IndexShare { get; init; } = .2;

    public double EmbeddingShare { get; init; } = .2;

    public double DatabaseShare { get; init; } = .3;

    public double Answers { get; init; } = .5;

    public double ModelSeconds { get; init; } = 3;

    public double HitShare { get; init; } = .8;

    public double FailedShare { get; init; } = .002;

    public double RefusedShare { get; init; }

    /// <summary>Requests of one key more than those of the others.</summary>
    public double Flood { get; init; }

    /// <summary>Requests of one route more, of all keys.</summary>
    public double Hot { get; init; }

    /// <summary>Calls of this process to a model server, and how many of them fail.</summary>
    public double Calls { get; init; } = 1;

    public double BrokenCalls { get; init; }

    public double OldestDocument { get; init; } = 2;

    public double EmbedStage { get; init; } = .3;
}

/// <summary>An hour of traffic through the real instruments, minute by minute at once.</summary>
internal sealed class TrafficRig : IDisposable
{
    private const int Seconds = 10;

    // A quarter of the events is enough to see a trouble, and passes four times as fast.
    private const double Scale = .25;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().AddHttpClient().BuildServiceProvider();
    private readonly Random _random;
    private readonly MeterHistory _history;
    private readonly CauseAnalysis _analysis;
    private readonly SearchMetrics _search;
    private readonly AnswerMetrics _answer;
    private readonly IngestionMetrics _ingestion;
    private readonly Histogram<double> _requests;
    private readonly Histogram<double> _calls;
    private readonly Histogram<double> _embeddings;
    private readonly Histogram<double> _database;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _byKey;
    private readonly Counter<long> _cache;
    private DateTimeOffset _now = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);

    /// <param name="prometheus">The address of a server that should be asked first; empty for none.</param>
    public TrafficRig(int seed, string prometheus = "")
    {
        _random = new Random(seed);
        var options = Options.Create(new CauseOptions { FloodPerSecond = 5 * Scale });
        var meters = _services.GetRequiredService<IMeterFactory>();
        _history = new MeterHistory(meters, options, TimeProvider.System);
        var server = new PrometheusApi(
            _services.GetRequiredService<IHttpClientFactory>(), Options.Create(new PrometheusOptions { Url = prometheus }),
            TimeProvider.System);
        _analysis = new CauseAnalysis(new PrometheusMeasures(server, options), _history, options);
        (_search, _answer, _ingestion) = (new SearchMetrics(meters), new AnswerMetrics(meters), new IngestionMetrics(meters));
        _requests = meters.Create("Microsoft.AspNetCore.Hosting").CreateHistogram<double>("http.server.request.duration", "s");
        _calls = meters.Create("System.Net.Http").CreateHistogram<double>("http.client.request.duration", "s");
        _embeddings = meters.Create("Experimental.Microsoft.Extensions.AI").CreateHistogram<double>("gen_ai.client.operation.duration", "s");
        _database = meters.Create("Npgsql").CreateHistogram<double>("db.client.operation.duration", "s");
        _stages = meters.Create("Stages").CreateHistogram<double>("rag.ingestion.stage.duration", "s");
        _byKey = meters.Create("RagAspire.Api").CreateCounter<long>("rag.api.requests");
        _cache = meters.Create("RagAspire.Cache").CreateCounter<long>("rag.cache.requests");
    }

    /// <summary>Lets traffic pass.</summary>
    public void Run(TimeSpan time, Traffic traffic, double growth = 1)
    {
        var steps = (int)(time.TotalSeconds / Seconds);
        for (var i = 0; i < steps; i++)
        {
            var factor = 1 + ((growth - 1) * i / steps);
            Step(traffic with { Searches = traffic.Searches * factor, Answers = traffic.Answers * factor });
            _history.Roll(_now = _now.AddSeconds(Seconds));
        }
    }

    /// <summary>Runs the analysis as a probe.</summary>
    public Task<IReadOnlyList<Observation>> ProbeAsync() => new CauseProbe(_analysis).ExamineAsync(
        new DiagnosisWindow(_now.AddHours(-1), _now), TestContext.Current.CancellationToken);

    /// <summary>The findings, folded and ranked.</summary>
    public async Task<DiagnosisReport> DiagnoseAsync(params IEnumerable<Observation> others)
    {
        var report = await _analysis.AnalyzeAsync(
            new DiagnosisWindow(_now.AddHours(-1), _now), TestContext.Current.CancellationToken);
        return new DiagnosisReport(
            DiagnosisStatus.Healthy, _now, _now.AddHours(-1), 0, FindingRanking.Rank(report.Observations.Concat(others)), [])
        {
            MeasuredBy = report.Source,
            Stages = report.Stages,
            Changes = report.Changes,
        };
    }

    public void Dispose()
    {
        _history.Dispose();
        _services.Dispose();
    }

    private void Step(Traffic traffic)
    {
        for (var i = Count(traffic.Searches); i > 0; i--)
        {
            Search(traffic, $"team-{_random.Next(3)}");
        }

        for (var i = Count(traffic.Flood); i > 0; i--)
        {
            Search(traffic, "loop");
        }

        for (var i = Count(traffic.Hot); i > 0; i--)
        {
            Request("/api/v1/documents/{id}", $"team-{_random.Next(3)}", Noise(.02 * (traffic.SearchSeconds / .05)), traffic);
        }

        for (var i = Count(traffic.Answers); i > 0; i--)
        {
            var seconds = Noise(traffic.ModelSeconds);
            _answer.ModelCalled(new ModelCall(
                "llama", ModelOutcome.Completed, TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds / 4), 100, 50));
            _answer.Answered(AnswerKind.Generated, cached: false, seconds + .1);
            Request("/api/v1/answers", $"team-{_random.Next(3)}", seconds + .1, traffic);
        }

        for (var i = Count(traffic.Calls); i > 0; i--)
        {
            var broken = _random.NextDouble() < traffic.BrokenCalls;
            _calls.Record(.1, broken ? [new("server_address", "model"), new("error.type", "503")] : [new("server.address", "model")]);
        }

        _stages.Record(Noise(traffic.EmbedStage), new KeyValuePair<string, object?>("stage", "embed"));
        _stages.Record(Noise(.1), new KeyValuePair<string, object?>("stage", "extract"));
        _ingestion.Queue(new IngestionBacklog(traffic.OldestDocument > 60 ? 40 : 1, traffic.OldestDocument));
    }

    private void Search(Traffic traffic, string key)
    {
        var hit = _random.NextDouble() < traffic.HitShare;
        var seconds = hit ? Noise(.002) : Noise(traffic.SearchSeconds);
        _cache.Add(1, new KeyValuePair<string, object?>("cache", "search"), new KeyValuePair<string, object?>("result", hit ? "hit" : "miss"));
        _search.Searched(RetrievalLevel.Hybrid, hit, seconds);
        if (!hit)
        {
            _search.IndexTook("inprocess", seconds * traffic.IndexShare);
            _embeddings.Record(seconds * traffic.EmbeddingShare, new KeyValuePair<string, object?>("gen_ai.operation.name", "embeddings"));
            _database.Record(seconds * traffic.DatabaseShare);
        }

        Request("/api/v1/search", key, seconds, traffic);
    }

    private void Request(string route, string key, double seconds, Traffic traffic)
    {
        var chance = _random.NextDouble();
        var status = chance < traffic.FailedShare ? 503 : chance < traffic.FailedShare + traffic.RefusedShare ? 429 : 200;
        _requests.Record(seconds, new("http.route", route), new("http.response.status_code", status));
        _byKey.Add(1, new KeyValuePair<string, object?>("key", key), new KeyValuePair<string, object?>("route", route));
    }

    /// <summary>A random number of events in a step, around what a second has.</summary>
    private int Count(double perSecond) => (int)Math.Round(perSecond * Seconds * Scale * (.7 + (.6 * _random.NextDouble())));

    private double Noise(double seconds) => seconds * Math.Exp((_random.NextDouble() - .5) * 1.2);
}
