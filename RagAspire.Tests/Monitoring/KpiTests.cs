using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

/// <summary>docs/kpis.md agrees with the rules and the dashboards.</summary>
public sealed partial class KpiTests
{
    internal static readonly IReadOnlyList<Kpi> Kpis =
    [
        .. MonitoringFiles.Text("docs", "kpis.md").Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Select(MonitoringFiles.Cells).Where(cells => cells.Count == 5 && cells[0] != "metric").Select(Kpi.From),
    ];

    [Fact]
    public void More_than_sixty_KPIs_are_listed() => Assert.True(Kpis.Count > 60, $"{Kpis.Count}");

    [Fact]
    public void Each_KPI_is_shown_by_its_panel() => Assert.All(Kpis, kpi =>
        Assert.Contains(kpi.Query, Panel(kpi).Queries.Select(WithoutVariables)));

    [Fact]
    public void Each_KPI_names_the_series_of_its_query() => Assert.All(Kpis, kpi =>
        Assert.Equal(PromQl.SeriesBelow(kpi.Query).Order(), kpi.Series.Order()));

    [Fact]
    public void Each_KPIs_alert_exists_and_is_linked_from_the_panel() => Assert.All(Kpis, kpi =>
        Assert.Empty(kpi.Alerts.Except(Panel(kpi).Alerts)));

    [Fact]
    public void Every_alert_belongs_to_a_KPI() => Assert.Empty(
        MonitoringFiles.AlertNames.Except(Kpis.SelectMany(kpi => kpi.Alerts))
            .Except(["Watchdog", "RuleEvaluationFailing", "AlertsNotDelivered"]));

    [Fact]
    public void Objectives_agree_with_the_rules()
    {
        var promised = MonitoringFiles.Text("docs", "kpis.md").Split('\n').Select(line => Promise().Match(line))
            .Where(match => match.Success)
            .ToDictionary(match => match.Groups["slo"].Value, match =>
                decimal.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100m);
        var recorded = MonitoringFiles.Rules.Where(rule => rule.Record == "slo:budget:ratio")
            .ToDictionary(rule => rule.Labels["slo"], rule =>
                decimal.Parse(Objective().Match(rule.Expr).Groups[1].Value, CultureInfo.InvariantCulture));
        Assert.Equal(recorded.OrderBy(slo => slo.Key), promised.OrderBy(slo => slo.Key));
    }

    private static Panel Panel(Kpi kpi) =>
        Assert.Single(MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Panels), panel =>
            panel.Name == $"RagAspire / {kpi.Panel}");

    internal static string WithoutVariables(string query) => VariableAlone()
        .Replace(VariableAfter().Replace(query.Replace("$__rate_interval", "5m", StringComparison.Ordinal), ""), "")
        .Replace("{}", "", StringComparison.Ordinal);

    internal sealed record Kpi(
        string Name, IReadOnlyList<string> Series, string Query, string Panel, IReadOnlyList<string> Alerts)
    {
        public static Kpi From(IReadOnlyList<string> cells) => new(
            cells[0],
            [.. cells[1].Split(", ").Select(series => series.Trim('`'))],
            cells[2].Trim('`'),
            cells[3],
            [.. AlertLink().Matches(cells[4]).Select(link => link.Groups[1].Value)]);
    }

    [GeneratedRegex(@"\[(\w+)\]\(\.\./runbooks/\1\.md\)")]
    private static partial Regex AlertLink();

    [GeneratedRegex(""",\ \w+=~"\$\w+" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex VariableAfter();

    [GeneratedRegex("""\w+=~"\$\w+"(,\ )?""")]
    private static partial Regex VariableAlone();

    [GeneratedRegex(@"^\| (?<slo>[a-z]+-[a-z]+) \| (?<percent>[\d.]+) %")]
    private static partial Regex Promise();

    [GeneratedRegex(@"^vector\(1 - ([\d.]+)\)$")]
    private static partial Regex Objective();
}
