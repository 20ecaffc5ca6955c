using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

/// <summary>Every queried series is listed in docs/metrics.md, under one name for scraping and OTLP.</summary>
public sealed partial class MetricListTests
{
    [Fact]
    public void Rules_ask_only_for_series_that_are_listed_or_recorded() =>
        Assert.All(MonitoringFiles.Rules, rule => AssertKnown(rule.Expr, rule.Alert ?? rule.Record!));

    [Fact]
    public void Dashboards_ask_only_for_series_that_are_listed_or_recorded() =>
        Assert.All(MonitoringFiles.Dashboards, dashboard =>
    {
        Assert.All(dashboard.Panels, panel => Assert.All(panel.Queries, query => AssertKnown(query, panel.Name)));
        Assert.All(Definitions(dashboard), query => AssertKnown(query, dashboard.Title));
    });

    [Fact]
    public void Runbooks_ask_only_for_series_that_are_listed_or_recorded() => Assert.All(MonitoringFiles.Runbooks, runbook =>
        Assert.All(QueryBlock().Matches(runbook.Value)
            .SelectMany(block => block.Groups[1].Value.Split('\n')), query => AssertKnown(query, runbook.Key)));

    [Fact]
    public void Every_listed_series_is_queried()
    {
        var asked = MonitoringFiles.Rules.Select(rule => rule.Expr)
            .Concat(MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Panels).SelectMany(panel => panel.Queries))
            .Concat(MonitoringFiles.Dashboards.SelectMany(Definitions))
            .SelectMany(PromQl.Series).ToHashSet();
        Assert.Empty(MonitoringFiles.Listed.Keys.Except(asked));
    }

    /// <summary>
    /// The two translators, of the exporter for scraping and of Prometheus' OTLP receiver, differ where a unit is 1 or a
    /// word of the name is a unit or "total".
    /// </summary>
    [Fact]
    public void Instruments_get_their_listed_name_scraped_and_pushed() => Assert.All(Ours, listed =>
    {
        Assert.Equal(listed.Series, Scraped(listed));
        Assert.Equal(listed.Series, Pushed(listed));
    });

    [Fact]
    public void Every_instrument_is_listed() => Assert.All(Ours, listed => Assert.NotEmpty(listed.Instrument!));

    private static IEnumerable<Listed> Ours =>
        MonitoringFiles.Listed.Values.Where(listed => listed.Series.StartsWith("rag_", StringComparison.Ordinal));

    private static void AssertKnown(string query, string where) => Assert.All(PromQl.Series(query), series =>
        Assert.True(MonitoringFiles.Listed.ContainsKey(series)
            || MonitoringFiles.Recorded.Contains(series), $"{where} asks for {series}"));

    private static IEnumerable<string> Definitions(Dashboard dashboard) => dashboard.Json["templating"]!["list"]!.AsArray()
        .Select(variable => variable!["definition"]?.GetValue<string>()).OfType<string>()
        .Select(definition => LabelValues().Match(definition).Groups[1].Value);

    private static string UnitWord(Listed listed) => listed.Unit switch
    {
        "s" => "seconds",
        "By" => "bytes",
        "" => "",
        ['{', .., '}'] => "",
        _ => throw new InvalidOperationException($"{listed.Series} has the unit {listed.Unit}."),
    };

    private static string Scraped(Listed listed)
    {
        var name = listed.Instrument!.Replace('.', '_');
        var unit = UnitWord(listed);
        name = unit.Length == 0 || name.EndsWith(unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
        return listed.Kind == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? $"{name}_total" : name;
    }

    private static string Pushed(Listed listed)
    {
        var words = listed.Instrument!.Split('.', '_').ToList();
        var unit = UnitWord(listed);
        if (unit.Length > 0 && !words.Contains(unit))
        {
            words.Add(unit);
        }

        if (listed.Kind == "counter")
        {
            words.RemoveAll(word => word == "total");
            words.Add("total");
        }

        return string.Join('_', words);
    }

    [GeneratedRegex(@"```promql\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex QueryBlock();

    [GeneratedRegex(@"^label_values\((.*), \w+\)$")]
    private static partial Regex LabelValues();
}
