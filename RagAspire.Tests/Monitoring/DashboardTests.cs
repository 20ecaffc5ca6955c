using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

public sealed partial class DashboardTests
{
    private static readonly string[] PanelTypes = ["timeseries", "stat", "heatmap", "table", "bargauge"];

    public static TheoryData<string> Dashboards => [.. MonitoringFiles.Dashboards.Select(dashboard => dashboard.Uid)];

    private static IEnumerable<Panel> Panels => MonitoringFiles.Dashboards.SelectMany(dashboard => dashboard.Panels);

    [Fact]
    public void Each_dashboard_has_a_unique_uid_by_its_file_name()
    {
        Assert.Equal(
            MonitoringFiles.Dashboards.Count, MonitoringFiles.Dashboards.Select(dashboard => dashboard.Uid).Distinct().Count());
        Assert.All(MonitoringFiles.Dashboards, dashboard =>
            Assert.Equal($"ragaspire-{Path.GetFileNameWithoutExtension(dashboard.File)}", dashboard.Uid));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_is_up_to_date_and_cannot_be_edited(string uid)
    {
        var dashboard = Of(uid).Json;
        Assert.True(dashboard["schemaVersion"]!.GetValue<int>() >= 39);
        Assert.False(dashboard["editable"]!.GetValue<bool>());
        Assert.Null(dashboard["id"]);
        Assert.Equal("30s", dashboard["refresh"]!.GetValue<string>());
        Assert.Contains("ragaspire", dashboard["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.NotEmpty(dashboard["description"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_shows_when_alerts_fired_and_maintenance_ran(string uid)
    {
        var annotations = Of(uid).Json["annotations"]!["list"]!.AsArray()
            .Select(annotation => annotation!["expr"]?.GetValue<string>() ?? "").ToList();
        Assert.Contains(annotations, query => PromQl.Series(query).Contains("ALERTS"));
        Assert.Contains(annotations, query => PromQl.Series(query).Contains("rag_job_last_success_timestamp_seconds"));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_links_to_traces_runbooks_and_the_other_dashboards(string uid)
    {
        var links = Of(uid).Json["links"]!.AsArray().Select(link => link!["title"]!.GetValue<string>());
        Assert.Equal(["RagAspire", "Runbooks", "Traces"], links);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Panels_do_not_overlap(string uid)
    {
        var places = Of(uid).Json["panels"]!.AsArray().Select(panel => panel!["gridPos"]!).Select(place =>
            (X: Number(place, "x"), Y: Number(place, "y"), Right: Number(place, "x") + Number(place, "w"),
                Bottom: Number(place, "y") + Number(place, "h"))).ToList();
        Assert.All(places, place => Assert.InRange(place.Right, 1, 24));
        for (var i = 0; i < places.Count; i++)
        {
            Assert.DoesNotContain(places.Skip(i + 1), other =>
                other.X < places[i].Right && places[i].X < other.Right && other.Y < places[i].Bottom
                    && places[i].Y < other.Bottom);
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Exactly_the_used_variables_are_defined(string uid)
    {
        var dashboard = Of(uid);
        var used = Variable().Matches(dashboard.Json.ToJsonString()).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith("__", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(dashboard.Variables.Order(), used.Order());
        Assert.Equal("datasource", dashboard.Variables[0]);
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Panels_have_unique_names_and_ids(string uid)
    {
        var panels = Of(uid).Panels;
        Assert.Equal(panels.Count, panels.Select(panel => panel.Title).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => Number(panel.Json, "id")).Distinct().Count());
    }

    [Fact]
    public void Every_panel_has_a_description_a_unit_and_the_chosen_data_source() => Assert.All(Panels, panel =>
    {
        Assert.Contains(panel.Type, PanelTypes);
        Assert.True(panel.Json["description"]!.GetValue<string>().Length > 0, panel.Name);
        Assert.NotEmpty(panel.Json["fieldConfig"]!["defaults"]!["unit"]!.GetValue<string>());
        Assert.NotEmpty(panel.Queries);
        Assert.All(panel.Json["targets"]!.AsArray().Append(panel.Json), asked =>
        {
            Assert.Equal("prometheus", asked!["datasource"]!["type"]!.GetValue<string>());
            Assert.Equal("${datasource}", asked["datasource"]!["uid"]!.GetValue<string>());
        });
    });

    [Fact]
    public void Limits_on_panels_are_those_of_the_alerts_they_link_to() =>
        Assert.All(Panels.Where(panel => panel.Limits.Count > 0), panel =>
    {
        var known = MonitoringFiles.Alerts.Where(alert => panel.Alerts.Contains(alert.Alert))
            .SelectMany(alert => PromQl.Limits(alert.Expr)).ToHashSet();
        if (panel.Queries.All(
            query => query.Contains(") / on (task) max by (task) (rag_job_alert_after_seconds", StringComparison.Ordinal)))
        {
            // How much is allowed is a series, and a share of it ends where it is all.
            known.Add(1);
        }

        Assert.All(panel.Limits, limit =>
            Assert.True(known.Contains(limit), $"{panel.Name}: {limit} is not a limit of {string.Join(", ", panel.Alerts)}"));
    });

    [Fact]
    public void Panels_of_alerting_queries_have_colour_thresholds() => Assert.All(
        Panels.Where(panel => MonitoringFiles.Alerts.Any(alert => panel.Queries.Any(query =>
            panel.Alerts.Contains(alert.Alert) && Compared().Match(alert.Expr) is { Success: true } compared
            && compared.Groups[1].Value.Trim() == KpiTests.WithoutVariables(query)))),
        panel => Assert.True(
            panel.Limits.Count > 0 || panel.Json["fieldConfig"]!["defaults"]!["mappings"]!.AsArray().Count > 0, panel.Name));

    [Fact]
    public void Runbooks_that_panels_link_to_exist() => Assert.All(Panels, panel =>
    {
        Assert.All(panel.Alerts, alert => Assert.Contains(alert, MonitoringFiles.AlertNames));
        Assert.All(panel.Json["links"]?.AsArray() ?? [], link =>
            Assert.Equal($$"""${runbooks:raw}/{{link!["title"]!.GetValue<string>()["Runbook: ".Length..]}}.md""",
                link["url"]!.GetValue<string>()));
    });

    [Fact]
    public void Every_alert_is_linked_from_a_panel() =>
        Assert.Empty(MonitoringFiles.AlertNames.Except(Panels.SelectMany(panel => panel.Alerts))
            .Except(["RuleEvaluationFailing", "AlertsNotDelivered"]));

    private static Dashboard Of(string uid) => MonitoringFiles.Dashboards.Single(dashboard => dashboard.Uid == uid);

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();

    [GeneratedRegex(@"^([^<>]+)[<>]=? ?[\d.]+( and .*)?$", RegexOptions.Singleline)]
    private static partial Regex Compared();

    [GeneratedRegex(@"(?<!\$)\$\{?(\w+)")]
    private static partial Regex Variable();
}
