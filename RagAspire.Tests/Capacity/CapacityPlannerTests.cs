using Npgsql;
using RagAspire.Api;
using RagAspire.Capacity;
using RagAspire.Capacity.Recommendations;
using RagAspire.Embedded;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Capacity;

/// <summary>Plans over a real Prometheus with a history that is known, and over the database alone.</summary>
public sealed class CapacityPlannerTests(Stores stores, Browser browser)
{
    private const double GiB = 1L << 30;

    private static readonly DateTimeOffset Now = Hour(TimeProvider.System.GetUtcNow());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_day_on_which_a_filling_disk_is_full_is_found_with_its_interval()
    {
        // 40 GiB a month ago, one more each day, of 100 GiB: full in 30 days.
        var used = SyntheticSeries.Hours(days: 30, level: 40, perDay: 1, noise: .2);
        await using var prometheus = await StartAsync(
            ("node_filesystem_size_bytes{mountpoint=\"/data\",fstype=\"ext4\"}", used.Select(_ => 100 * GiB)),
            ("node_filesystem_avail_bytes{mountpoint=\"/data\",fstype=\"ext4\"}", used.Select(value => (100 - value) * GiB)));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await PlanAsync(core);

        var disk = Assert.Single(report.Figures, figure => figure.Name == "disk");
        Assert.Equal(("/data", "prometheus", 100 * GiB), (disk.Subject, disk.Source, disk.Limit));
        Assert.True(disk.Trend!.IsSignificant);
        Assert.Equal(GiB, disk.Trend.PerDay, .03 * GiB);
        Assert.InRange(disk.Crossing!.Likely!.Value, Now.AddDays(28.5), Now.AddDays(31.5));
        Assert.InRange(disk.Crossing.Early!.Value, Now.AddDays(24), disk.Crossing.Likely.Value);
        Assert.InRange(disk.Crossing.Late!.Value, disk.Crossing.Likely.Value, Now.AddDays(40));
        var advice = Assert.Single(report.Recommendations, recommendation => recommendation.Figure == "disk");
        Assert.Equal((Urgency.High, "/data"), (advice.Urgency, advice.Subject));
        Assert.Contains("bring 10 days", advice.Effect);
    }

    [Fact]
    public async Task Growth_under_a_rhythm_is_recommended_by_the_thresholds()
    {
        // CPU from 50 to 65 %, with a day of ±15, while requests doubled.
        var cpu = SyntheticSeries.Hours(days: 30, level: 50, perDay: .5, daily: 15, noise: 1);
        var rate = SyntheticSeries.Hours(days: 30, level: 10, perDay: 1 / 3.0, daily: 4, noise: .2);
        await using var prometheus = await StartAsync(
            ("node_cpu_seconds_total{cpu=\"0\",mode=\"idle\"}", Counter(cpu.Select(value => 1 - (value / 100)))),
            ("http_server_request_duration_seconds_count{job=\"ragaspire-api\",http_route=\"/api/v1/search\"}",
                Counter(rate, restartAt: 300)));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await PlanAsync(core, ahead: "30d", growth: "3x");

        var usage = Assert.Single(report.Figures, figure => figure.Name == "cpu");
        Assert.Equal(.5, usage.Trend!.PerDay, .1);
        var day = Assert.Single(usage.Rhythms, rhythm => rhythm.Name == "day");
        Assert.True(day.IsPresent);
        Assert.InRange(day.Amplitude, 13, 17);
        Assert.InRange(usage.Projection!.Peak, 90, 99);
        Assert.Equal(Urgency.High, Assert.Single(report.Recommendations, one => one.Figure == "cpu").Urgency);

        // A restart of the process does not show.
        var requests = Assert.Single(report.Figures, figure => figure.Name == "request_rate");
        Assert.Equal(1 / 3.0, requests.Trend!.PerDay, .05);
        Assert.Contains("replicas", Assert.Single(report.Recommendations, one => one.Figure == "request_rate").Action);
        var tripled = Assert.Single(report.WhatIf, row => row.Name == "request_rate");
        Assert.Equal(3 * tripled.Now, tripled.Then, 6);
        Assert.True(Assert.Single(report.WhatIf, row => row.Name == "cpu").Exceeds);
        await browser.AssertSoundAsync(
            "plan", CapacityPage.Describe(report), "Recommendations", "3 times as many requests.", usage.FullTitle);
    }

    [Fact]
    public async Task Steady_use_with_gaps_needs_nothing()
    {
        var cpu = SyntheticSeries.Hours(days: 30, level: 30, daily: 10, noise: 2).Select((value, hour) => hour is > 200 and < 260
            ? double.NaN : value);
        await using var prometheus = await StartAsync(
            ("node_memory_MemTotal_bytes", cpu.Select(_ => 100.0)),
            ("node_memory_MemAvailable_bytes", cpu.Select(value => 100 - value)));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await PlanAsync(core);
        var memory = Assert.Single(report.Figures, figure => figure.Name == "memory");
        Assert.InRange(memory.Gaps, 55, 60);
        Assert.Equal(30, memory.Projection!.Mean, 3.0);
        Assert.Null(memory.Crossing!.Likely);
        Assert.Empty(report.Recommendations);
    }

    [Fact]
    public async Task With_under_two_days_of_history_the_plan_says_what_it_cannot_know()
    {
        var memory = SyntheticSeries.Hours(days: 1, level: 30);
        await using var prometheus = await StartAsync(
            ("node_memory_MemTotal_bytes", memory.Select(_ => 100.0)),
                ("node_memory_MemAvailable_bytes", memory.Select(value => 100 - value)));
        await using var core = await CoreAsync(prometheus.Address);
        var report = await PlanAsync(core);
        var figure = Assert.Single(report.Figures, figure => figure.Name == "memory");
        Assert.Null(figure.Projection);
        Assert.Null(figure.Crossing);
        Assert.Equal(30, figure.CurrentMean!.Value, 6);
        Assert.Contains("hours of history", figure.Unknown);
        Assert.Contains(report.Unknown, line => line.StartsWith("Memory usage: Only", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_Prometheus_the_database_tells_its_own_growth()
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        await using var core = await CoreAsync(address);
        await StoreAsync(core.Get<NpgsqlDataSource>(), days: 30, perDay: 20);
        await SpendAsync(core.Get<NpgsqlDataSource>());
        var report = await PlanAsync(core, documents: 1_000_000);

        var documents = Assert.Single(report.Figures, figure => figure.Name == "documents");
        Assert.Equal(("database", 600), (documents.Source, documents.Last));
        Assert.Equal(20, documents.Trend!.PerDay, .5);
        Assert.InRange(documents.Projection!.Days[^1].Value, 2_300, 2_500);
        Assert.Equal(6_000, Assert.Single(report.Figures, figure => figure.Name == "chunks").Last);

        var cost = Assert.Single(report.Figures, figure => figure.Name == "llm_cost");
        Assert.Equal((2, "budgets of 1 key, per hour of their periods"), (cost.Limit, cost.LimitSource));
        Assert.Null(cost.Crossing!.Likely);

        // The query beside the figure gives the same again.
        var database = core.Get<NpgsqlDataSource>();
        await using var query = database.CreateCommand($"select sum(value) from ({documents.Query}) as steps");
        Assert.Equal(600.0, await query.ExecuteScalarAsync(Cancelled));
        var size = Assert.Single(report.WhatIf, row => row.Name == "database_size");
        Assert.Equal(size.Now / 600 * 1_000_000, size.Then, size.Then * 1e-6);
        Assert.Contains(report.Unknown, line => line.Contains(address, StringComparison.Ordinal));
        Assert.Contains(report.Unknown, line => line.StartsWith("CPU usage: Prometheus at", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_several_processes_export_is_counted_once_and_hosts_are_told_apart()
    {
        var flat = SyntheticSeries.Hours(days: 1, level: 10);
        IEnumerable<double> Flat(double level) => flat.Select(_ => level);
        string[] workers = ["one", "two"];
        await using var prometheus = await StartAsync(
        [
            .. workers.Select(worker => ($"rag_documents{{instance=\"{worker}\",status=\"ready\"}}", Flat(600))),
            .. workers.Select(worker => ($"rag_documents{{instance=\"{worker}\",status=\"failed\"}}", Flat(20))),
            .. workers.Select(server => ($"pg_database_size_bytes{{instance=\"{server}\",datname=\"rag\"}}", Flat(5 * GiB))),
            ("pg_stat_database_numbackends{instance=\"one\",datname=\"rag\"}", Flat(30)),
            ("pg_stat_database_numbackends{instance=\"one\",datname=\"postgres\"}", Flat(3)),
            ("pg_stat_database_numbackends{instance=\"two\",datname=\"rag\"}", Flat(12)),
            .. workers.Select((host, i) => ($"node_filesystem_size_bytes{{instance=\"{host}\",mountpoint=\"/\"}}", Flat((i + 1) * 100 * GiB))),
            .. workers.Select((host, i) => ($"node_filesystem_avail_bytes{{instance=\"{host}\",mountpoint=\"/\"}}", Flat((60 - (20 * i)) * GiB))),
        ]);
        await using var core = await CoreAsync(prometheus.Address);
        var report = await PlanAsync(core);

        double? Last(string name) => Assert.Single(report.Figures, figure => figure.Name == name).Last;
        Assert.Equal((620, 5 * GiB, 33), (Last("documents"), Last("database_size"), Last("connections")));
        Assert.Equal(
            [("one:/", 40 * GiB, 100 * GiB), ("two:/", 160 * GiB, 200 * GiB)],
            report.Figures.Where(figure => figure.Name == "disk").OrderBy(figure => figure.Subject, StringComparer.Ordinal)
                .Select(figure => (figure.Subject!, figure.Last!.Value, figure.Limit!.Value)));
    }

    private static async Task StoreAsync(NpgsqlDataSource database, int days, int perDay)
    {
        await using var command = database.CreateCommand("""
            insert into documents
                (id, collection, name, content_type, size_bytes, sha256, status, chunk_count, created_at, indexed_at)
            select gen_random_uuid(), 'default', 'n' || n, 'text/plain', 10000, sha256(n::text::bytea), 'ready', 10, at, at
            from (select n, @now - interval '1 second' - n * (interval '1 day' / @perDay) as at
                  from generate_series(0, @days * @perDay - 1) as n) as rows
            """);
        command.Parameters.AddWithValue("now", Now);
        command.Parameters.AddWithValue("days", days);
        command.Parameters.AddWithValue("perDay", perDay);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    /// <summary>One an hour for 30 days by a key that may spend 48 a day.</summary>
    private static async Task SpendAsync(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("""
            insert into api_keys (id, name, sha256, scopes, budget_amount, budget_period)
            values ('spender', 'spender', sha256('spender'), array['read'], 48, 'day');
            insert into model_usage
            select 'spender', hour, 'default', 'm', 'answer', 'USD', 1, 10, 1, 0, 1
            from generate_series(date_trunc('hour', now()) - interval '30 days', now(), interval '1 hour') as hour
            """);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private static Task<CapacityReport> PlanAsync(
        CoreServices core, string ahead = "90d", string? growth = null, long? documents = null) =>
        core.Get<CapacityPlanner>().PlanAsync(CapacityQuestion.Parse("30d", ahead, growth, documents), Cancelled);

    private Task<CoreServices> CoreAsync(string prometheus)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Prometheus:Url"] = prometheus,
            ["Prometheus:Timeout"] = "00:00:20",
        };
        return CoreServices.CreateAsync(stores, settings: settings);
    }

    /// <summary>A history that ends now, one value each hour (each quarter of an hour for Prometheus, which forgets after five
    /// minutes).</summary>
    private static Task<PrometheusWithHistory> StartAsync(params (string Name, IEnumerable<double> Hours)[] series) =>
        PrometheusWithHistory.StartAsync(series.ToDictionary(
            one => one.Name,
            one =>
            {
                var hours = one.Hours.ToList();
                return hours.SelectMany((value, hour) => double.IsNaN(value) ? [] : Enumerable.Range(0, 4).Select(quarter => (
                    Now.AddHours(hour - hours.Count + 1).AddMinutes(15 * (quarter - 3)),
                    hour == 0 ? value : hours[hour - 1] is var before && double.IsNaN(before) ? value : before
                        + ((value - before) * (quarter + 1) / 4))));
            }));

    /// <summary>A counter of seconds or requests from its rate in each hour, and which begins again at one hour.</summary>
    private static IEnumerable<double> Counter(IEnumerable<double> rates, int restartAt = -1)
    {
        var sum = 0.0;
        foreach (var (hour, rate) in rates.Index())
        {
            sum = hour == restartAt ? 0 : sum + (rate * 3600);
            yield return sum;
        }
    }

    private static DateTimeOffset Hour(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}
