using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

public sealed partial class DashboardTests
{
    private static readonly string[] PanelTypes = ["timeseries", "stat", "heatmap", "table", "bargauge"];

    public static TheoryData<string> Boards => [.. MonitoringFiles.Boards.Select(board => board.Uid)];

    private static IEnumerable<Panel> Panels => MonitoringFiles.Boards.SelectMany(board => board.Panels);

    [Fact]
    public void Each_board_has_an_address_of_its_own_which_is_its_files_name()
    {
        Assert.Equal(MonitoringFiles.Boards.Count, MonitoringFiles.Boards.Select(board => board.Uid).Distinct().Count());
        Assert.All(MonitoringFiles.Boards, board => Assert.Equal($"ragaspire-{Path.GetFileNameWithoutExtension(board.File)}", board.Uid));
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void A_board_is_up_to_date_and_cannot_be_edited(string uid)
    {
        var board = Of(uid).Json;
        Assert.True(board["schemaVersion"]!.GetValue<int>() >= 39);
        Assert.False(board["editable"]!.GetValue<bool>());
        Assert.Null(board["id"]);
        Assert.Equal("30s", board["refresh"]!.GetValue<string>());
        Assert.Contains("ragaspire", board["tags"]!.AsArray().Select(tag => tag!.GetValue<string>()));
        Assert.NotEmpty(board["description"]!.GetValue<string>());
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void A_board_shows_when_alerts_fired_and_maintenance_ran(string uid)
    {
        var annotations = Of(uid).Json["annotations"]!["list"]!.AsArray().Select(annotation => annotation!["expr"]?.GetValue<string>() ?? "").ToList();
        Assert.Contains(annotations, query => PromQl.Series(query).Contains("ALERTS"));
        Assert.Contains(annotations, query => PromQl.Series(query).Contains("rag_job_last_success_timestamp_seconds"));
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void A_board_leads_to_traces_runbooks_and_the_other_boards(string uid)
    {
        var links = Of(uid).Json["links"]!.AsArray().Select(link => link!["title"]!.GetValue<string>());
        Assert.Equal(["RagAspire", "Runbooks", "Traces"], links);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Panels_do_not_overlap(string uid)
    {
        var places = Of(uid).Json["panels"]!.AsArray().Select(panel => panel!["gridPos"]!).Select(place =>
            (X: Number(place, "x"), Y: Number(place, "y"), Right: Number(place, "x") + Number(place, "w"), Bottom: Number(place, "y") + Number(place, "h"))).ToList();
        Assert.All(places, place => Assert.InRange(place.Right, 1, 24));
        for (var i = 0; i < places.Count; i++)
        {
            Assert.DoesNotContain(places.Skip(i + 1), other =>
                other.X < places[i].Right && places[i].X < other.Right && other.Y < places[i].Bottom && places[i].Y < other.Bottom);
        }
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Variables_that_queries_use_are_there_and_every_one_is_used(string uid)
    {
        var board = Of(uid);
        var used = Variable().Matches(board.Json.ToJsonString()).Select(match => match.Groups[1].Value)
            .Where(name => !name.StartsWith("__", StringComparison.Ordinal)).ToHashSet();
        Assert.Equal(board.Variables.Order(), used.Order());
        Assert.Equal("datasource", board.Variables[0]);
    }

    [Theory]
    [MemberData(nameof(Boards))]
    public void Panels_have_names_and_numbers_of_their_own(string uid)
    {
        var panels = Of(uid).Panels;
        Assert.Equal(panels.Count, panels.Select(panel => panel.Title).Distinct().Count());
        Assert.Equal(panels.Count, panels.Select(panel => Number(panel.Json, "id")).Distinct().Count());
    }

    [Fact]
    public void Every_panel_says_what_it_shows_in_which_unit_and_asks_the_chosen_source() => Assert.All(Panels, panel =>
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
    public void Limits_on_panels_are_those_of_the_alerts_they_link_to() => Assert.All(Panels.Where(panel => panel.Limits.Count > 0), panel =>
    {
        var known = MonitoringFiles.Alerts.Where(alert => panel.Alerts.Contains(alert.Alert)).SelectMany(alert => PromQl.Limits(alert.Expr)).ToHashSet();
        if (panel.Queries.All(query => query.Contains(") / on (task) max by (task) (rag_job_alert_after_seconds", StringComparison.Ordinal)))
        {
            // How much is allowed is a series, and a share of it ends where it is all.
            known.Add(1);
        }

        Assert.All(panel.Limits, limit => Assert.True(known.Contains(limit), $"{panel.Name}: {limit} is not a limit of {string.Join(", ", panel.Alerts)}"));
    });

    [Fact]
    public void What_an_alert_compares_changes_its_colour_on_the_panel() => Assert.All(
        Panels.Where(panel => MonitoringFiles.Alerts.Any(alert => panel.Queries.Any(query =>
            panel.Alerts.Contains(alert.Alert) && Compared().Match(alert.Expr) is { Success: true } compared
            && compared.Groups[1].Value.Trim() == KpiTests.WithoutVariables(query)))),
        panel => Assert.True(panel.Limits.Count > 0 || panel.Json["fieldConfig"]!["defaults"]!["mappings"]!.AsArray().Count > 0, panel.Name));

    [Fact]
    public void Runbooks_that_panels_link_to_are_there() => Assert.All(Panels, panel =>
    {
        Assert.All(panel.Alerts, alert => Assert.Contains(alert, MonitoringFiles.AlertNames));
        Assert.All(panel.Json["links"]?.AsArray() ?? [], link =>
            Assert.Equal($$"""${runbooks:raw}/{{link!["title"]!.GetValue<string>()["Runbook: ".Length..]}}.md""", link["url"]!.GetValue<string>()));
    });

    [Fact]
    public void Every_alert_is_linked_from_a_panel() =>
        Assert.Empty(MonitoringFiles.AlertNames.Except(Panels.SelectMany(panel => panel.Alerts)).Except(["RuleEvaluationFailing", "AlertsNotDelivered"]));

    private static Board Of(string uid) => MonitoringFiles.Boards.Single(board => board.Uid == uid);

    private static int Number(JsonNode node, string name) => node[name]!.GetValue<int>();

    [GeneratedRegex(@"^([^<>]+)[<>]=? ?[\d.]+( and .*)?$", RegexOptions.Singleline)]
    private static partial Regex Compared();

    [GeneratedRegex(@"(?<!\$)\$\{?(\w+)")]
    private static partial Regex Variable();
}
