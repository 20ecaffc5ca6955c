using System.Diagnostics.Metrics;
using RagAspire.Diagnosis;
using RagAspire.Diagnosis.Causes;
using RagAspire.Diagnosis.Machine;
using RagAspire.Diagnosis.Models;
using RagAspire.Monitoring;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Diagnosis.Stack;

/// <summary>What only a history of measurements shows, in a real Prometheus.</summary>
public sealed class MeasuredTroubleTests(Stores stores)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(9, 20, ModelCodes.Queue)]
    [InlineData(8, 20, null)]
    [InlineData(1, 2, ModelCodes.Slow)]
    public async Task A_model_that_is_asked_too_much_or_writes_slowly(double waiting, double tokensPerSecond, string? expected)
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var history = await HistoryAsync(new()
        {
            [$"http_client_active_requests{{server_port=\"{ollama.Address.Port}\"}}"] = Constant(waiting),
            ["http_client_active_requests{server_port=\"1\"}"] = Constant(1_000),
            ["gen_ai_client_token_usage_sum{gen_ai_token_type=\"output\"}"] = Growing(tokensPerSecond),
            ["gen_ai_client_token_usage_sum{gen_ai_token_type=\"input\"}"] = Growing(1_000),
            ["rag_llm_response_duration_seconds_sum"] = Growing(1),
        });
        await using var rig = await ProbeRig.CreateAsync(
            stores,
            ("ConnectionStrings:chat", ollama.ConnectionString(ollama.ChatModel)),
            ("Prometheus:Url", history.Address));

        Assert.Equal(expected is null ? [] : [expected], await rig.CodesAsync("models"));
        Assert.Equal(
            [
                $"loaded ({ollama.ChatModel}): 0 of none",
                $"open requests (model servers, by Prometheus): {waiting} of 8",
                $"tokens written (model servers, by Prometheus): {tokensPerSecond}/s of 3/s",
            ],
            rig.Figures.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(9, 20, ModelCodes.Queue)]
    [InlineData(8, 20, null)]
    [InlineData(1, 2, ModelCodes.Slow)]
    public async Task The_meters_of_the_process_tell_the_same_without_Prometheus(
        int waiting, double tokensPerSecond, string? expected)
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("ConnectionStrings:chat", ollama.ConnectionString(ollama.ChatModel)));
        Assert.Contains("Prometheus:Url", await rig.UnknownAsync("models"), StringComparison.Ordinal);
        Measure(rig, ollama, waiting, tokensPerSecond);

        var found = await rig.ExamineAsync("models");
        Assert.Equal(expected is null ? [] : [expected], found.Select(observation => observation.Code));
        Assert.All(found, observation => Assert.Equal(rig.Get<MeterHistory>().Source, observation.Evidence[0].Source));
        Assert.Contains($"open requests (model servers, by the meters of this process): {waiting} of 8", rig.Figures);
    }

    [Fact]
    public async Task A_Prometheus_without_figures_leaves_causes_and_models_to_the_meters_also_for_embeddings_alone()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var other = await HistoryAsync(new() { ["up{job=\"other\"}"] = Constant(1) });
        await using var rig = await ProbeRig.CreateAsync(
            stores,
            ("ConnectionStrings:embeddings", ollama.ConnectionString(ollama.EmbeddingModel)),
            ("Prometheus:Url", other.Address), ("Prometheus:Timeout", "00:00:20"));
        Assert.Contains("Prometheus has no figures of them.", await rig.UnknownAsync("models"), StringComparison.Ordinal);

        Measure(rig, ollama, waiting: 9, tokensPerSecond: 20);
        Assert.Equal([ModelCodes.Queue], await rig.CodesAsync("models"));
        var now = TimeProvider.System.GetUtcNow();
        var causes = await rig.Get<CauseAnalysis>().AnalyzeAsync(
            new DiagnosisWindow(now.AddHours(-1), now), TestContext.Current.CancellationToken);
        Assert.Equal(rig.Get<MeterHistory>().Source, causes.Source);
        Assert.StartsWith("Prometheus has no figures of this system.", causes.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runtimes_of_processes_are_judged_by_what_Prometheus_knows_and_unknown_without()
    {
        await using var alone = await ProbeRig.CreateAsync(stores);
        Assert.Contains("Prometheus:Url", await alone.UnknownAsync("runtime"), StringComparison.Ordinal);
        static string Of(string metric, string process) => $"{metric}{{job=\"ragaspire-{process}\",instance=\"one\"}}";
        await using var history = await HistoryAsync(new()
        {
            [Of("dotnet_gc_pause_time_seconds_total", "api")] = Growing(.1),
            [Of("dotnet_gc_pause_time_seconds_total", "worker")] = Growing(.3),
            [Of("dotnet_thread_pool_queue_length_total", "api")] = Constant(50),
            [Of("dotnet_thread_pool_queue_length_total", "worker")] = Constant(51),
        });
        await using var rig = await ProbeRig.CreateAsync(
            stores, ("Prometheus:Url", history.Address), ("Prometheus:Timeout", "00:00:20"));

        var found = await rig.ExamineAsync("runtime");
        Assert.Equal(
            [MachineFindings.GarbageCollection, MachineFindings.ThreadPool], found.Select(observation => observation.Code));
        Assert.All(found, observation => Assert.Equal("ragaspire-worker/one", observation.Subject));
        Assert.Contains("paused for garbage collection (ragaspire-api/one): 10 % of 20 %", rig.Figures);
        Assert.Contains("work that waits for a thread (ragaspire-api/one): 50 of 50", rig.Figures);
        var prometheus = rig.Get<PrometheusApi>();
        foreach (var (value, query) in new[] { 30, 51 }.Zip(found.Select(observation => observation.Evidence[0].Query)))
        {
            var samples = await prometheus.QueryAsync(query, TestContext.Current.CancellationToken);
            Assert.Equal(value, Assert.Single(samples).Value, 1.0);
        }
    }

    /// <summary>Ten seconds in which the process calls a model.</summary>
    private static void Measure(ProbeRig rig, OllamaStub ollama, int waiting, double tokensPerSecond)
    {
        var meters = rig.Get<IMeterFactory>();
        var calls = meters.Create("Calls").CreateUpDownCounter<long>("http.client.active_requests", "{request}");
        calls.Add(waiting, new KeyValuePair<string, object?>("server.port", ollama.Address.Port));
        calls.Add(1_000, new KeyValuePair<string, object?>("server.port", 1));
        var tokens = meters.Create("Tokens").CreateHistogram<long>("gen_ai.client.token.usage", "{token}");
        tokens.Record((long)(10 * tokensPerSecond), new KeyValuePair<string, object?>("gen_ai.token.type", "output"));
        tokens.Record(10_000, new KeyValuePair<string, object?>("gen_ai.token.type", "input"));
        meters.Create("Models").CreateHistogram<double>("rag.llm.response.duration", "s").Record(10);
        rig.Get<MeterHistory>().Roll(TimeProvider.System.GetUtcNow());
    }

    private static Task<PrometheusWithHistory> HistoryAsync(Dictionary<string, IEnumerable<(DateTimeOffset, double)>> series) =>
        PrometheusWithHistory.StartAsync(series);

    private static IEnumerable<(DateTimeOffset At, double Value)> Constant(double value) => Times().Select(at => (at, value));

    private static IEnumerable<(DateTimeOffset At, double Value)> Growing(double perSecond)
    {
        var times = Times();
        return times.Select(at => (at, (at - times[0]).TotalSeconds * perSecond));
    }

    /// <summary>The last hour, and the next minutes, in which the test runs.</summary>
    private static List<DateTimeOffset> Times()
    {
        var from = TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1);
        return [.. Enumerable.Range(0, 280).Select(i => from + (i * Step))];
    }
}
