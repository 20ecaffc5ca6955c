using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>A running system exports the series of docs/metrics.md, by scraping and by OTLP.</summary>
[Collection(Processes.Watched)]
public sealed partial class SeriesTests(Stores stores, WatchedSystem watched)
{
    /// <summary>Listed series that this system has no reason to export, and why.</summary>
    private static readonly Dictionary<string, string> Absent = new()
    {
        ["db_client_connection_npgsql_pending_requests"] =
            "comes with the first command that finds all of a hundred connections in use",
        ["db_client_connection_npgsql_timeouts_total"] = "comes with the first command that then waited in vain",
        ["rag_api_refused_total"] = "comes with the first request beyond a limit",
        ["rag_rerank_duration_seconds"] = "comes with the first search that a reranking model orders, and there is none here",
    };

    private static readonly string[] NotOfAMeasurement = ["__name__", "job", "instance", "le"];

    private static IEnumerable<Listed> Ours =>
        MonitoringFiles.Listed.Values.Where(listed => listed.Instrument is not null && !Absent.ContainsKey(listed.Series));

    private static IEnumerable<string> DotNets => Quoted()
        .Matches(DotNetSection().Match(MonitoringFiles.Text("docs", "metrics.md")).Groups[1].Value)
        .Select(match => match.Groups[1].Value).Where(series => !Absent.ContainsKey(series));

    [Fact]
    public async Task Every_listed_series_is_scraped_from_the_listed_jobs_with_the_listed_labels()
    {
        var parts = await watched.PartsAsync(stores);
        await parts.LoadAsync();
        var expected = Ours.SelectMany(
            listed => listed.ExportedBy.Select(by => (listed.Series, Job: $"ragaspire-{by.ToLowerInvariant()}")))
            .Concat(DotNets.SelectMany(series => new[] { (series, "ragaspire-api"), (series, "ragaspire-worker") }))
            .Except([("http_server_request_duration_seconds", "ragaspire-worker"),
                ("gen_ai_client_token_usage", "ragaspire-worker")]).ToHashSet();
        var scraped = await ScrapedAsync(parts, expected);

        Assert.All(Ours, listed => Assert.All(scraped.Where(series => series.Name == listed.Series), series =>
            Assert.Equal(listed.Labels.Order(), series.Labels.Order())));
        Assert.Empty(Absent.Keys.Except(MonitoringFiles.Listed.Keys));
        Assert.Empty(Absent.Keys.Intersect(scraped.Select(series => series.Name)));
    }

    [Fact]
    public async Task Pushed_series_have_the_same_names_and_labels_as_scraped_ones()
    {
        var parts = await watched.PartsAsync(stores);
        await parts.LoadAsync();
        var listed = Ours.Select(series => series.Series).Concat(DotNets).ToHashSet();
        List<string> scraped = [], pushed = [];
        await Eventually.TrueAsync(
            async () =>
            {
                scraped = [.. (await SeriesAsync(parts)).Where(series => listed.Contains(series.Name)).Select(series =>
                    $"{series.Job} {series.Instance} {series.Name} {string.Join(',', series.Labels)}").Distinct()
                    .Order(StringComparer.Ordinal)];
                pushed = [.. parts.Collector.Metrics.Keys.Where(metric => listed.Contains(Translated(metric))).Select(metric =>
                    $"{metric.Service} {metric.Instance} {Translated(metric)} {Labels(metric)}").Distinct()
                    .Order(StringComparer.Ordinal)];
                return scraped.Count > listed.Count && scraped.SequenceEqual(pushed);
            },
            TimeSpan.FromSeconds(40),
            () => $"Only scraped:\n{string.Join('\n', scraped.Except(pushed))}\n"
                + $"Only pushed:\n{string.Join('\n', pushed.Except(scraped))}",
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("http_server_request_duration_seconds_bucket")]
    [InlineData("rag_search_duration_seconds_bucket")]
    [InlineData("rag_answer_duration_seconds_bucket")]
    [InlineData("rag_llm_response_duration_seconds_bucket")]
    [InlineData("rag_ingestion_stage_duration_seconds_bucket")]
    public async Task A_measured_duration_leads_to_the_trace_that_it_was_measured_in(string series)
    {
        var parts = await watched.PartsAsync(stores);
        await parts.LoadAsync();
        await Eventually.TrueAsync(
            async () => (await parts.Prometheus.TracesAsync(series)).Intersect(parts.Collector.Spans.Select(span => span.TraceId))
                .Any(),
            TimeSpan.FromSeconds(30),
            () => $"No exemplar of {series} leads to a trace.",
            TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(
            () => Task.FromResult(
                parts.Collector.Metrics.Keys.Any(metric => metric.HasExemplar && $"{Translated(metric)}_bucket" == series)),
            TimeSpan.FromSeconds(40),
            () => $"No exemplar of {series} is pushed.",
            TestContext.Current.CancellationToken);
    }

    /// <summary>Model calls may take minutes: with buckets up to ten seconds, slow and stuck look alike.</summary>
    [Theory]
    [InlineData("http_server_request_duration_seconds")]
    [InlineData("http_client_request_duration_seconds")]
    [InlineData("rag_answer_duration_seconds")]
    [InlineData("rag_llm_response_duration_seconds")]
    [InlineData("rag_llm_time_to_first_token_seconds")]
    [InlineData("gen_ai_client_operation_duration_seconds")]
    public async Task Durations_that_include_a_model_call_are_measured_up_to_two_minutes(string series)
    {
        var parts = await watched.PartsAsync(stores);
        await parts.LoadAsync();
        await Eventually.TrueAsync(
            async () => (await parts.Prometheus.QueryAsync($$"""{__name__="{{series}}_bucket", le="120"}""")).Count > 0,
            TimeSpan.FromSeconds(30),
            () => $"{series} does not go to two minutes.",
            TestContext.Current.CancellationToken);
    }

    /// <summary>A machine may run other containers, and cAdvisor has hundreds of series for each.</summary>
    [Fact]
    public async Task Of_containers_only_those_of_this_system_and_the_series_that_are_used_are_kept()
    {
        var parts = await watched.PartsAsync(stores);
        var used = MonitoringFiles.Listed.Keys.Where(name => name.StartsWith("container_", StringComparison.Ordinal));
        var expected = used
            .SelectMany(name => new[] { $"{name} ragaspire-api-1-1 api-1", $"{name} ragaspire_api.1.x ragaspire_api" })
            .Order(StringComparer.Ordinal).ToList();
        List<Dictionary<string, string>> kept = [];
        await Eventually.TrueAsync(
            async () => (kept = await parts.Prometheus.SeriesAsync(
                "{job=\"cadvisor\", __name__!~\"up|scrape_.+\"}")).Count >= expected.Count,
            TimeSpan.FromSeconds(30),
            () => $"{kept.Count} series are kept.",
            TestContext.Current.CancellationToken);

        Assert.Equal(
            expected,
            kept.Select(labels => $"{labels["__name__"]} {labels["container"]} {labels["service"]}").Order(StringComparer.Ordinal));
        Assert.All(kept, labels => Assert.Equal(
            ["__name__", "container", "instance", "job", "service"], labels.Keys.Order(StringComparer.Ordinal)));
    }

    private static async Task<List<Scraped>> ScrapedAsync(WatchedParts parts, HashSet<(string Series, string Job)> expected)
    {
        List<Scraped> scraped = [];
        await Eventually.TrueAsync(
            async () =>
            {
                scraped = await SeriesAsync(parts);
                return expected.IsSubsetOf(scraped.Select(series => (series.Name, series.Job)));
            },
            TimeSpan.FromSeconds(60),
            () => $"Not exported: {string.Join(", ", expected.Except(scraped.Select(series => (series.Name, series.Job))))}",
            TestContext.Current.CancellationToken);
        return scraped;
    }

    private static async Task<List<Scraped>> SeriesAsync(WatchedParts parts) =>
    [
        .. (await parts.Prometheus.SeriesAsync("""{job=~"ragaspire-.+", instance!=""}""")).Select(labels => new Scraped(
            WithoutPart(labels["__name__"]), labels["job"], labels["instance"],
            [.. labels.Keys.Except(NotOfAMeasurement).Order(StringComparer.Ordinal)])),
    ];

    private static string WithoutPart(string name) =>
        Part().Match(name) is { Success: true } part && MonitoringFiles.Listed.ContainsKey(name[..part.Index])
            ? name[..part.Index] : name;

    /// <summary>As Prometheus' OTLP receiver translates names: words, the unit, and "total" for what only grows.</summary>
    private static string Translated(CollectedMetric metric)
    {
        var words = metric.Name.Split('.', '_').ToList();
        var unit = metric.Unit switch { "s" => "seconds", "By" => "bytes", _ => "" };
        if (unit.Length > 0 && !words.Contains(unit))
        {
            words.Add(unit);
        }

        if (metric is { Kind: "sum", IsMonotonic: true })
        {
            words.Remove("total");
            words.Add("total");
        }

        return string.Join('_', words);
    }

    private static string Labels(CollectedMetric metric) =>
        string.Join(',', metric.Labels.Split(',').Select(label => label.Replace('.', '_')).Order(StringComparer.Ordinal));

    private sealed record Scraped(string Name, string Job, string Instance, IReadOnlyList<string> Labels);

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex Part();

    [GeneratedRegex(@"\n## \.NET\n(.*?)\n## ", RegexOptions.Singleline)]
    private static partial Regex DotNetSection();

    [GeneratedRegex("^\\| `([a-z_]+)`", RegexOptions.Multiline)]
    private static partial Regex Quoted();
}
