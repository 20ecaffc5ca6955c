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
    };

    private static IEnumerable<Asked> Panels => MonitoringFiles.Boards.SelectMany(board => board.Panels)
        .SelectMany(panel => panel.Queries.Select(query => new Asked(panel.Name, WithoutVariables(query))));

    private static IEnumerable<Asked> Kpis => KpiTests.Kpis.SelectMany(kpi => kpi.Series
        .Select(series => new Asked(kpi.Figure, $$"""{__name__=~"{{series}}(_count)?"{{(kpi.Query.Contains("job=\"qdrant\"") ? ", job=\"qdrant\"" : "")}}}"""))
        .Append(new Asked(kpi.Figure, kpi.Query)));

    private static IEnumerable<Asked> Recorded => MonitoringFiles.Rules.Where(rule => rule.Record is not null and not "slo:burning:ratio")
        .Select(rule => new Asked(rule.Record!, rule.Expr));

    /// <summary>An alert that keeps quiet has no value, but what it looks at must be there.</summary>
    private static IEnumerable<Asked> LookedAt => MonitoringFiles.Alerts.SelectMany(alert => PromQl.SeriesBelow(alert.Expr)
        .Select(series => new Asked(alert.Alert!, $$"""{__name__=~"{{series}}(_count)?"}""")));

    /// <summary>What one can choose on a board: a label's values, which are those of some series.</summary>
    private static IEnumerable<Asked> Choices => MonitoringFiles.Boards.SelectMany(board => board.Json["templating"]!["list"]!.AsArray()
        .Select(variable => variable!["definition"]?.GetValue<string>()).OfType<string>()
        .Select(definition => LabelValues().Match(definition))
        .Select(match => new Asked(board.Title, $"group by ({match.Groups["label"]}) ({match.Groups["series"]})")));

    [Fact]
    public async Task Every_panel_shows_something()
    {
        var parts = await LoadedAsync();
        await AllAnsweredAsync(parts, Panels);
        await AllAnsweredAsync(parts, Choices);
    }

    [Fact]
    public async Task Every_key_figure_has_a_value_and_names_only_series_that_are_exported() =>
        await AllAnsweredAsync(await LoadedAsync(), Kpis);

    [Fact]
    public async Task Every_rule_can_be_evaluated_and_all_that_it_looks_at_is_there()
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

    /// <summary>Alerts that fired and tasks that ran, as every board marks them.</summary>
    [Fact]
    public async Task Every_mark_on_a_board_can_be_made()
    {
        var parts = await LoadedAsync();
        await MaintenanceRig.FailAsync(parts);
        await AllAnsweredAsync(parts, MonitoringFiles.Boards.SelectMany(board => board.Json["annotations"]!["list"]!.AsArray()
            .Select(mark => mark!["expr"]?.GetValue<string>()).OfType<string>().Select(query => new Asked(board.Title, query))));
    }

    [Fact]
    public async Task Nothing_is_excused_that_has_an_answer()
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
                // What grows is only seen to grow when it does so between two scrapes.
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

    /// <summary>As Grafana asks when nothing is narrowed down.</summary>
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
