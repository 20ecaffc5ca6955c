using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RagAspire.Capacity;
using RagAspire.Capacity.Forecasting;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;
using RagAspire.Monitoring;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Capacity;

public sealed class RecommendationTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_request_is_the_90th_percentile_and_15_percent_of_a_constant_use()
    {
        var request = ResourceRequests.Of("api", "memory", Points(_ => 4e8), 1e7, "query");
        Assert.InRange(request.Request, 4e8 * 1.15, 4e8 * 1.15 * 1.06);
        Assert.InRange(request.Limit, request.Request, 4e8 * 1.15 * 1.06);
        Assert.Equal(2304, request.Values);
    }

    [Fact]
    public void Old_use_weighs_less_than_recent_use()
    {
        // One core for seven days, then a tenth of it for one day.
        var fallen = ResourceRequests.Of("api", "cpu", Points(hour => hour < 7 * 24 ? 1 : .1), .01, "query");
        var risen = ResourceRequests.Of("api", "cpu", Points(hour => hour < 7 * 24 ? .1 : 1), .01, "query");
        Assert.InRange(risen.Request, 1.15, 1.25);
        Assert.InRange(fallen.Request, 1.15, 1.25);

        // After four days the weight of the time before is below a tenth.
        Assert.InRange(ResourceRequests.Of("api", "cpu", Points(hour => hour < 4 * 24 ? 1 : .1), .01, "query").Request, .1, .13);
    }

    [Fact]
    public void A_short_peak_sets_the_limit_and_not_the_request()
    {
        var request = ResourceRequests.Of("api", "cpu", Points(hour => hour % 24 == 3 ? 2 : .5), .01, "query");
        Assert.InRange(request.Request, .5 * 1.15, .5 * 1.15 * 1.1);
        Assert.Equal(2 * 1.15, request.Limit, 6);
    }

    [Fact]
    public async Task Stores_and_containers_have_requests_as_processes_do()
    {
        // Two workers measure the same PostgreSQL, which takes half a core and 1 GB; two replicas of a container differ.
        var end = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 300 * 300);
        IEnumerable<(DateTimeOffset At, double Value)> Minutes(Func<int, double> value) =>
            Enumerable.Range(0, 121).Select(minute => (end.AddMinutes(minute - 120), value(minute)));
        await using var prometheus = await PrometheusWithHistory.StartAsync(
            new Dictionary<string, IEnumerable<(DateTimeOffset At, double Value)>>
            {
                ["rag_store_cpu_seconds_total{store=\"postgresql\",instance=\"one\"}"] = Minutes(minute => 30 * minute),
                ["rag_store_cpu_seconds_total{store=\"postgresql\",instance=\"two\"}"] = Minutes(minute => 30 * minute),
                ["rag_store_memory_bytes{store=\"postgresql\",instance=\"one\"}"] = Minutes(_ => 1e9),
                ["container_memory_working_set_bytes{container=\"api\",name=\"k8s_api_1\",pod=\"a\"}"] = Minutes(_ => 2e8),
                ["container_memory_working_set_bytes{container=\"api\",name=\"k8s_api_2\",pod=\"b\"}"] = Minutes(_ => 4e8),
                ["container_memory_working_set_bytes{name=\"redis\",instance=\"host\"}"] = Minutes(_ => 3e8),
            });
        using var services = new ServiceCollection().AddHttpClient().BuildServiceProvider();
        var requests = await new ResourceRequests(new PrometheusApi(
            services.GetRequiredService<IHttpClientFactory>(),
            Options.Create(new PrometheusOptions { Url = prometheus.Address, Timeout = TimeSpan.FromSeconds(20) }),
            TimeProvider.System)).FindAsync(end, TestContext.Current.CancellationToken);

        Assert.Equal(
            ["api memory", "postgresql cpu", "postgresql memory", "redis memory"],
            requests.Select(request => $"{request.Process} {request.Resource}").Order(StringComparer.Ordinal));
        double Request(string process, string resource) =>
            requests.Single(request => (request.Process, request.Resource) == (process, resource)).Request;
        Assert.InRange(Request("postgresql", "cpu"), .5 * 1.14, .5 * 1.15 * 1.06);
        Assert.InRange(Request("postgresql", "memory"), 1e9 * 1.15, 1e9 * 1.15 * 1.06);
        Assert.InRange(Request("api", "memory"), 4e8 * 1.15, 4e8 * 1.15 * 1.06);
        Assert.InRange(Request("redis", "memory"), 3e8 * 1.15, 3e8 * 1.15 * 1.06);
    }

    /// <summary>A projected peak, or a growth in percent, on either side of each threshold.</summary>
    [Theory]
    [InlineData("cpu", 80, null)]
    [InlineData("cpu", 80.1, "medium")]
    [InlineData("cpu", 90, "medium")]
    [InlineData("cpu", 90.1, "high")]
    [InlineData("memory", 85, null)]
    [InlineData("memory", 85.1, "medium")]
    [InlineData("memory", 95, "medium")]
    [InlineData("memory", 95.1, "high")]
    [InlineData("request_rate", 50, null)]
    [InlineData("request_rate", 50.1, "medium")]
    [InlineData("response_time", 25, null)]
    [InlineData("response_time", 25.1, "high")]
    [InlineData("disk", 80, null)]
    [InlineData("disk", 80.1, "medium")]
    [InlineData("disk", 100, "high")]
    [InlineData("connections", 80, null)]
    [InlineData("connections", 80.1, "medium")]
    [InlineData("connections", 100, "high")]
    [InlineData("vector_memory", 80, null)]
    [InlineData("vector_memory", 80.1, "medium")]
    [InlineData("vector_memory", 100, "high")]
    [InlineData("llm_cost", 80, null)]
    [InlineData("llm_cost", 80.1, "medium")]
    [InlineData("llm_cost", 100, "high")]
    public void Advice_begins_above_its_threshold(string name, double value, string? urgency)
    {
        var options = new CapacityOptions { VectorMemoryLimit = 100 };
        var figure = Limits.With(Figure(name, value), options);

        var advice = Recommender.For([figure], load: null, options, Start);

        Assert.Equal(urgency is null ? [] : [urgency], advice.Select(one => one.Urgency.Word()));
    }

    [Fact]
    public void Growth_that_may_be_chance_is_no_reason()
    {
        var figure = Figure("request_rate", 300) with { Trend = new FigureTrend(1, -1, 3, .1, IsSignificant: false) };

        Assert.Empty(Recommender.For([figure], load: null, new CapacityOptions(), Start));
    }

    [Fact]
    public void Vector_memory_is_limited_by_the_option_else_by_the_process()
    {
        var own = Figure("vector_memory", 10) with { Limit = null, LimitSource = null };

        Assert.Equal(5, Limits.With(own, new CapacityOptions { VectorMemoryLimit = 5 }).Limit);
        Assert.Equal(100, Limits.With(own with { Limit = 100 }, new CapacityOptions()).Limit);
        Assert.Equal(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Limits.With(own, new CapacityOptions()).Limit);
    }

    [Fact]
    public void A_cost_reaches_its_budgets_with_a_day_and_not_with_a_busy_hour()
    {
        // Three of 24 hours are busy: 8 × 3 / 24 = 1 on each of the first ten days, then twice that.
        double[] values = [.. Enumerable.Range(0, 20 * 24)
            .Select(hour => hour % 24 is < 9 or >= 12 ? 0.0 : hour < 240 ? 8 : 16)];
        var band = new Band(values, values);
        var none = new BacktestResult(0, 0, 0, 0, 0, 0);
        var cost = Figure("llm_cost", 1) with
        {
            Limit = 1.5,
            To = Start,
            Series = new FigureSeries(
                [], Start.AddHours(1), TimeSpan.FromHours(1), new Forecast(values, band, band, [], none)),
        };

        var likely = Limits.With(cost, new CapacityOptions()).Crossing!.Likely!.Value;

        Assert.InRange(likely, Start.AddDays(9), Start.AddDays(10).AddHours(12));
        Assert.Equal(Start, Limits.With(cost with { CurrentMean = 1.5 }, new CapacityOptions()).Crossing!.Likely);
    }

    [Fact]
    public async Task The_measured_capacity_tells_replicas_workers_and_hours()
    {
        using var directory = TestDirectory.Create("capacity");
        var measured = new LoadModel(Start, 40, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), 2, 4, "searches");
        var file = new LoadModelFile(
            new ConfigurationBuilder().AddInMemoryCollection([new("RAGASPIRE_DATA", directory.Path)]).Build(),
            NullLogger<LoadModelFile>.Instance);
        Assert.Null(await file.ReadAsync(TestContext.Current.CancellationToken));
        await LoadModelFile.WriteAsync(file.Path!, measured, TestContext.Current.CancellationToken);
        var load = await file.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(measured, load);

        // 70 % of 40 requests a second are 28 for each replica.
        Assert.EndsWith("28 requests/s need 1 replicas.", Recommender.Replicas(28, load!, new CapacityOptions()), StringComparison.Ordinal);
        Assert.EndsWith("28.1 requests/s need 2 replicas.", Recommender.Replicas(28.1, load!, new CapacityOptions()), StringComparison.Ordinal);

        // 1.4 documents a second: 50 hours for 252,000 more.
        var rows = WhatIfModel.Answer(
            new CapacityRequest(TimeSpan.FromDays(30), TimeSpan.FromDays(30), Documents: 253_000),
            [Figure("documents", 0) with { Driver = GrowthDriver.Documents, Last = 1_000 }], load, new CapacityOptions());
        Assert.Equal(50, rows.Single(row => row.Name == "ingestion_hours").Then, 1e-6);
        Assert.Equal(3, rows.Single(row => row.Name == "workers").Then);

        await File.WriteAllTextAsync(file.Path!, "{", TestContext.Current.CancellationToken);
        Assert.Null(await file.ReadAsync(TestContext.Current.CancellationToken));
    }

    private static CapacityFigure Figure(string name, double value) => new(
        name, null, name, CapacityUnit.Count, GrowthDriver.Requests, "prometheus", "query", Start, Start, TimeSpan.FromHours(1))
    {
        Last = 1,
        CurrentMean = 1,
        Limit = 100,
        Trend = new FigureTrend(1, .5, 1.5, .9, IsSignificant: true),
        Projection = new Projection(value, value, value, [], [], new BacktestResult(0, 0, 0, 0, 0, 0)),
    };

    private static PrometheusPoint[] Points(Func<int, double> ofHour) =>
        [.. Enumerable.Range(0, 8 * 24 * 12).Select(index =>
            new PrometheusPoint(Start.AddMinutes(5 * index), ofHour(index / 12)))];
}
