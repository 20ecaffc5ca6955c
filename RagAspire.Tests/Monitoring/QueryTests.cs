using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>Every question that boards, key figures and rules ask is answered by a running system under a little load.</summary>
[Collection(Processes.Name)]
public sealed partial class QueryTests(Stores stores, WatchedSystem watched)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Queries that have no answer here, by a part of them, and why.</summary>
    private static readonly Dictionary<string, string> Excused = new()
    {
        ["job=\"qdrant\""] = "this system searches in the process",
        ["offset 1d"] = "compares with a week that this system has not lived",
        ["redis_memory_"] = "Garnet, which is Redis here, does not tell",
        ["redis_commands_"] = "Garnet does not tell",
        ["redis_keyspace_"] = "Garnet does not tell",
        ["redis_expired_"] = "Garnet does not tell",
        ["redis_evicted_"] = "Garnet does not tell",
        ["db_client_connection_npgsql_pending_requests"] = SeriesTests.Absent["db_client_connection_npgsql_pending_requests"],
        ["db_client_connection_npgsql_timeouts_total"] = SeriesTests.Absent["db_client_connection_npgsql_timeouts_total"],
        ["db_client_operation_failed_total"] = SeriesTests.Absent["db_client_operation_failed_total"],
    };

    [Fact]
    public async Task Every_panel_shows_something()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, MonitoringFiles.Boards.SelectMany(board => board.Panels)
            .SelectMany(panel => panel.Queries.Select(query => (panel.Name, WithoutVariables(query)))));
    }

    [Fact]
    public async Task Every_key_figure_has_a_value_and_names_only_series_that_are_exported()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, KpiTests.Kpis.SelectMany(kpi => kpi.Series
            .Select(series => (kpi.Figure, $$"""{__name__=~"{{series}}(_count)?"{{(kpi.Query.Contains("job=\"qdrant\"") ? ", job=\"qdrant\"" : "")}}}"""))
            .Append((kpi.Figure, kpi.Query))));
    }

    /// <summary>An alert that keeps quiet has no value, but what it looks at must be there.</summary>
    [Fact]
    public async Task Every_rule_can_be_evaluated_and_all_that_it_looks_at_is_there()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, MonitoringFiles.Rules.Where(rule => rule.Record is not null and not "slo:burning:ratio")
            .Select(rule => (rule.Record!, rule.Expr)));
        await AllAnsweredAsync(parts, MonitoringFiles.Alerts.SelectMany(alert => PromQl.SeriesBelow(alert.Expr)
            .Select(series => (alert.Alert!, $$"""{__name__=~"{{series}}(_count)?"}"""))));
        Assert.All(MonitoringFiles.Alerts, alert => Assert.NotEmpty(alert.Expr));
        foreach (var alert in MonitoringFiles.Alerts)
        {
            Assert.Null(await parts.Prometheus.FaultAsync(alert.Expr));
        }
    }

    private async Task<WatchedParts> LoadedAsync()
    {
        var parts = await watched.PartsAsync(stores);
        await Load.RunAsync(parts.System.Client);
        return parts;
    }

    private static async Task AllAnsweredAsync(WatchedParts parts, IEnumerable<(string Who, string Query)> asked)
    {
        var open = asked.Where(each => !Excused.Keys.Any(part => each.Query.Contains(part, StringComparison.Ordinal))).Distinct().ToList();
        Assert.NotEmpty(open);
        await Eventually.TrueAsync(
            async () =>
            {
                // What grows is only seen to grow when it does so between two scrapes.
                await Load.RunAsync(parts.System.Client);
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

    /// <summary>As Grafana asks when nothing is narrowed down.</summary>
    private static string WithoutVariables(string query) => Price().Replace(
        Chosen().Replace(query.Replace("$__rate_interval", "1m", StringComparison.Ordinal), ".*"), "0.15");

    [GeneratedRegex("""(?<==~")\$\w+(?=")""")]
    private static partial Regex Chosen();

    [GeneratedRegex(@"\$(input|output)_price")]
    private static partial Regex Price();
}
