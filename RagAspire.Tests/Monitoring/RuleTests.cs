using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

public sealed partial class RuleTests
{
    /// <summary>The base address of the runbooks is an external label of Prometheus.</summary>
    private const string Runbooks = "{{ $externalLabels.runbooks }}/";

    /// <summary>Proof that alerting works: it always fires.</summary>
    private const string Watchdog = "Watchdog";

    private static readonly string[] Severities = ["critical", "warning", "info", "none"];

    private static readonly string[] RunbookParts =
        ["## Meaning", "## Impact", "## How to see it", "## Likely causes", "## What to do", "## How to know it is over"];

    [Fact]
    public void Every_required_alert_exists()
    {
        string[] wanted =
        [
            "HighResponseTime", "HighErrorRate", "DatabaseDown", "RedisDown", "QdrantDown", "OllamaDown", "HighMemoryUsage",
            "HighCPUUsage",
            "DiskSpaceLow", "IngestionStuck", "IngestionFailing", "JobNotSucceeded", "CacheIneffective", "RetrievalQualityDrop",
            "IndexOutOfStep", "MemoryLeakSuspected", "BackupMissing", "CertificateExpiring", Watchdog, "SearchAvailabilityBurn",
            "SearchLatencyBurn", "AnswerAvailabilityBurn", "AnswerLatencyBurn", "IngestionAvailabilityBurn",
            "IngestionLatencyBurn",
        ];
        Assert.Empty(wanted.Except(MonitoringFiles.AlertNames));
    }

    /// <summary>Limits that operators rely on; all others may be tuned.</summary>
    [Theory]
    [InlineData("HighResponseTime", "> 2", "2m", "warning")]
    [InlineData("HighErrorRate", "> 0.05", "1m", "critical")]
    [InlineData("DatabaseDown", "== 0", "30s", "critical")]
    [InlineData("RedisDown", "== 0", "1m", "warning")]
    [InlineData("QdrantDown", "== 0", "30s", "critical")]
    [InlineData("OllamaDown", "== 0", "1m", "warning")]
    [InlineData("HighMemoryUsage", "> 0.90", "5m", "warning")]
    [InlineData("HighCPUUsage", "> 0.85", "5m", "warning")]
    [InlineData("DiskSpaceLow", "< 0.10", "1m", "critical")]
    [InlineData("DiskSpaceLow", "free_in_24h:ratio < 0", "1h", "warning")]
    public void Limits_and_pending_times_are_the_required_ones(string alert, string limit, string patience, string severity) =>
        Assert.Contains(
            MonitoringFiles.Alerts, rule => rule.Alert == alert && rule.For == patience && rule.Labels["severity"] == severity
            && rule.Expr.Contains(limit, StringComparison.Ordinal));

    [Theory]
    [InlineData("14.4", "1h", "5m")]
    [InlineData("6", "6h", "30m")]
    [InlineData("3", "1d", "2h")]
    [InlineData("1", "3d", "6h")]
    public void Budgets_are_watched_over_a_long_window_and_a_short_one(string burn, string longer, string shorter)
    {
        var rule = Assert.Single(
            MonitoringFiles.Rules, rule => rule.Record == "slo:burning:ratio" && rule.Labels["burn"] == burn);
        Assert.StartsWith(
            $"slo:burn:ratio{longer} > {burn} and slo:burn:ratio{shorter} > {burn} and ", rule.Expr, StringComparison.Ordinal);
        Assert.Equal(6, MonitoringFiles.Alerts.Count(alert => BurnsOf(alert).Contains(burn)));
    }

    [Fact]
    public void There_is_a_runbook_for_each_alert_and_none_for_another() =>
        Assert.Equal(MonitoringFiles.AlertNames.Order(), MonitoringFiles.Runbooks.Keys.Order());

    [Fact]
    public void The_table_of_concerns_names_every_alert_and_no_other() => Assert.Equal(
        MonitoringFiles.AlertNames.Order(),
        RunbookLink().Matches(MonitoringFiles.Text("docs", "alerts.md")).Select(link => link.Groups[1].Value).Distinct().Order());

    [Fact]
    public void Every_runbook_has_all_its_parts_in_order() => Assert.All(MonitoringFiles.Runbooks, runbook =>
    {
        Assert.StartsWith($"# {runbook.Key}\n", runbook.Value, StringComparison.Ordinal);
        Assert.Matches(FirstAction(), runbook.Value);
        var headings = runbook.Value.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal));
        Assert.Equal(RunbookParts, headings);
    });

    [Fact]
    public void Links_between_runbooks_lead_somewhere() => Assert.All(MonitoringFiles.Runbooks, runbook =>
        Assert.All(
            RunbookLink().Matches(runbook.Value), link => Assert.Contains(link.Groups[1].Value, MonitoringFiles.AlertNames)));

    [Fact]
    public void Every_alert_has_a_severity_a_description_a_runbook_and_a_dashboard() =>
        Assert.All(MonitoringFiles.Alerts, alert =>
    {
        Assert.Contains(alert.Labels["severity"], Severities);
        Assert.NotEmpty(alert.Annotations["summary"]);
        Assert.Contains("{{ $value", alert.Annotations["description"], StringComparison.Ordinal);
        Assert.Equal($"{Runbooks}{alert.Alert}.md", alert.Annotations["runbook_url"]);
        var dashboard = DashboardLink().Match(alert.Annotations["dashboard_url"]);
        Assert.Contains(MonitoringFiles.Dashboards, known => known.Uid == dashboard.Groups["uid"].Value);
    });

    [Fact]
    public void Every_alert_is_tested_to_fire() =>
        Assert.Equal(MonitoringFiles.AlertNames.Order(), Tested(checks => checks.Any(check => check.ExpAlerts.Count > 0)));

    [Fact]
    public void Every_alert_is_tested_to_resolve() =>
        Assert.Equal(MonitoringFiles.AlertNames.Except([Watchdog]).Order(), Tested(checks =>
            checks.SkipWhile(check => check.ExpAlerts.Count == 0).Any(check => check.ExpAlerts.Count == 0)));

    [Fact]
    public void Every_alert_is_tested_to_stay_inactive() =>
        Assert.Equal(
            MonitoringFiles.AlertNames.Except([Watchdog]).Order(),
            Tested(checks => checks.All(check => check.ExpAlerts.Count == 0)));

    /// <summary>A second rule of the same name, for worse or for something else, is tested by itself.</summary>
    [Fact]
    public void Every_rule_of_an_alert_is_tested_to_fire() => Assert.All(MonitoringFiles.Alerts, alert =>
        Assert.Contains(
            MonitoringFiles.RuleTests.SelectMany(test => test.AlertRuleTest).Where(check => check.Alertname == alert.Alert)
            .SelectMany(check => check.ExpAlerts).Select(Labels),
            labels => alert.Labels.All(label => labels[label.Key] == label.Value)));

    [Fact]
    public void Every_rule_of_an_alert_is_tested_to_resolve() =>
        Assert.All(MonitoringFiles.Alerts.Where(alert => alert.Alert != Watchdog), alert =>
        Assert.Contains(MonitoringFiles.RuleTests, test =>
        {
            var fires = test.AlertRuleTest.Where(check => check.Alertname == alert.Alert)
                .Select(check => check.ExpAlerts.Select(Labels)
                .Any(labels => alert.Labels.All(label => labels.GetValueOrDefault(label.Key) == label.Value))).ToList();
            return fires.Contains(true) && !fires[^1];
        }));

    [Fact]
    public void Every_recorded_series_is_used()
    {
        var used = MonitoringFiles.Rules.Select(rule => rule.Expr)
            .Concat(MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Panels).SelectMany(panel => panel.Queries))
            .SelectMany(PromQl.Series).ToHashSet();
        Assert.Empty(MonitoringFiles.Recorded.Select(recorded => recorded.Key).Except(used));
    }

    private static string[] BurnsOf(Rule alert) => Burns().Match(alert.Expr).Groups[1].Value.Split('|');

    private static IEnumerable<string> Tested(Func<IReadOnlyList<AlertCheck>, bool> as_) => MonitoringFiles.RuleTests
        .SelectMany(test => test.AlertRuleTest.GroupBy(check => check.Alertname))
        .Where(checks => as_([.. checks]))
        .Select(checks => checks.Key).Distinct().Order();

    private static Dictionary<string, string> Labels(object alert) =>
        ((Dictionary<object, object>)((Dictionary<object, object>)alert)["exp_labels"])
        .ToDictionary(label => (string)label.Key, label => (string)label.Value);

    [GeneratedRegex("burn=~\"([^\"]+)\"")]
    private static partial Regex Burns();

    // The title, one sentence, and the first action.
    [GeneratedRegex(@"^# \w+\n\n[^\n]+\n\n\*\*Do first:\*\* ")]
    private static partial Regex FirstAction();

    [GeneratedRegex(@"\]\((?:\.\./runbooks/)?(\w+)\.md\)")]
    private static partial Regex RunbookLink();

    [GeneratedRegex(@"^\{\{ \$externalLabels\.grafana \}\}/d/(?<uid>[\w-]+)(\?|$)")]
    private static partial Regex DashboardLink();
}
