using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>Every query of dashboards, KPIs and rules has a result in a running system under a little load.</summary>
[Collection(Processes.Watched)]
public sealed partial class QueryTests(Stores stores, WatchedSystem watched)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Queries that have no answer here, by a part of them, and why.</summary>
    private static readonly Dictionary<string, string> Excused = new()
    {
        ["job=\"qdrant\""] = "this system searches in the process",
        ["offset 1d"] = "compares with a week that this system has not lived",
        ["memory_floor:bytes_min45m offset"] = "compares hours that this system has not lived",
        ["redis_memory_"] = "Garnet, which is Redis here, does not tell",
        ["redis_commands_"] = "Garnet does not tell",
        ["redis_keyspace_"] = "Garnet does not tell",
        ["redis_expired_"] = "Garnet does not tell",
        ["redis_evicted_"] = "Garnet does not tell",
        ["collection_update_queue_length"] = "this system searches in the process",
        ["rag_api_refused_"] = "this system stays within its limits",
        ["rag_rerank_"] = "this system has no reranking model",
        ["app_status_recovery_mode"] = "this system searches in the process",
        ["kube_pod_container_resource_limits"] = "this system is not in Kubernetes",
    };

    private static IEnumerable<Asked> Panels => MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Panels)
        .SelectMany(panel => panel.Queries.Select(query => new Asked(panel.Name, WithoutVariables(query))));

    private static IEnumerable<Asked> Kpis => KpiTests.Kpis.SelectMany(kpi => kpi.Series
        .Select(series => new Asked(kpi.Name,
            $$"""{__name__=~"{{series}}(_count)?"{{(kpi.Query.Contains("job=\"qdrant\"") ? ", job=\"qdrant\"" : "")}}}"""))
        .Append(new Asked(kpi.Name, kpi.Query)));

    private static IEnumerable<Asked> Recorded =>
        MonitoringFiles.Rules.Where(rule => rule.Record is not null and not "slo:burning:ratio")
        .Select(rule => new Asked(rule.Record!, rule.Expr));

    /// <summary>An alert that does not fire has no result, but its series must exist.</summary>
    private static IEnumerable<Asked> LookedAt => MonitoringFiles.Alerts.SelectMany(alert => PromQl.SeriesBelow(alert.Expr)
        .Select(series => new Asked(alert.Alert!, $$"""{__name__=~"{{series}}(_count)?"}""")));

    /// <summary>The choices of a dashboard's variables: the label values of a series.</summary>
    private static IEnumerable<Asked> Choices =>
        MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Json["templating"]!["list"]!.AsArray()
        .Select(variable => variable!["definition"]?.GetValue<string>()).OfType<string>()
        .Select(definition => LabelValues().Match(definition))
        .Select(match => new Asked(dashboard.Title, $"group by ({match.Groups["label"]}) ({match.Groups["series"]})")));

    [Fact]
    public async Task Every_panel_has_data()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, Panels);
        await AllAnsweredAsync(parts, Choices);
    }

    [Fact]
    public async Task Every_KPI_has_a_value_and_names_only_exported_series() =>
        await AllAnsweredAsync(await LoadedAsync(), Kpis);

    [Fact]
    public async Task Every_rule_can_be_evaluated_and_its_series_exist()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, Recorded);
        await AllAnsweredAsync(parts, LookedAt);
        Assert.All(MonitoringFiles.Alerts, alert => Assert.NotEmpty(alert.Expr));
        foreach (var alert in MonitoringFiles.Alerts)
        {
            Assert.Null(await parts.Prometheus.FaultAsync(alert.Expr));
        }
    }

    /// <summary>Every dashboard annotates fired alerts and finished tasks.</summary>
    [Fact]
    public async Task Every_annotation_of_a_dashboard_has_data()
    {
        var parts = await LoadedAsync();
        await MaintenanceRig.FailAsync(parts);
        await AllAnsweredAsync(
            parts, MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Json["annotations"]!["list"]!.AsArray()
            .Select(mark => mark!["expr"]?.GetValue<string>()).OfType<string>()
            .Select(query => new Asked(dashboard.Title, query))));
    }

    [Fact]
    public async Task Every_excused_query_has_no_result()
    {
        var parts = await LoadedAsync();
        var excused = Panels.Concat(Kpis).Concat(Recorded).Concat(LookedAt).Concat(Choices).Where(IsExcused).ToList();
        Assert.All(Excused.Keys, part => Assert.Contains(excused, each => each.Query.Contains(part, StringComparison.Ordinal)));
        foreach (var each in excused)
        {
            Assert.True((await parts.Prometheus.QueryAsync(each.Query)).Count == 0, $"{each.Who} needs no excuse: {each.Query}");
        }
    }

    private async Task<WatchedParts> LoadedAsync()
    {
        var parts = await watched.PartsAsync(stores);
        await parts.LoadAsync();
        return parts;
    }

    private static bool IsExcused(Asked asked) => Excused.Keys.Any(part => asked.Query.Contains(part, StringComparison.Ordinal));

    private static async Task AllAnsweredAsync(WatchedParts parts, IEnumerable<Asked> asked)
    {
        var open = asked.Where(each => !IsExcused(each)).Distinct().ToList();
        Assert.NotEmpty(open);
        await Eventually.TrueAsync(
            async () =>
            {
                // A rate is positive only if the counter grows between two scrapes.
                await parts.LoadAsync();
                foreach (var each in open.ToList())
                {
                    if ((await parts.Prometheus.QueryAsync(each.Query)).Count > 0)
                    {
                        open.Remove(each);
                    }
                }

                return open.Count == 0;
            },
            Patience,
            () => $"No answer:\n{string.Join('\n', open.Select(each => $"{each.Who}: {each.Query}"))}",
            TestContext.Current.CancellationToken);
    }

    /// <summary>The query as Grafana sends it with all variables set to "All".</summary>
    private static string WithoutVariables(string query) => Price().Replace(
        Chosen().Replace(query.Replace("$__rate_interval", "1m", StringComparison.Ordinal), ".*"), "0.15");

    private sealed record Asked(string Who, string Query);

    [GeneratedRegex(@"^label_values\((?<series>.*), (?<label>\w+)\)$")]
    private static partial Regex LabelValues();

    [GeneratedRegex("""(?<==~")\$\w+(?=")""")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"\$(input|output)_price")]
    private static partial Regex Price();
}
