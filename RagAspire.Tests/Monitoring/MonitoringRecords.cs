using System.Text.Json.Nodes;

namespace RagAspire.Tests.Monitoring;

internal sealed class RuleFile
{
    public List<RuleGroup> Groups { get; init; } = [];
}

internal sealed class RuleGroup
{
    public List<Rule> Rules { get; init; } = [];
}

internal sealed class Rule
{
    public string? Alert { get; init; }

    public string? Record { get; init; }

    public string Expr { get; init; } = "";

    public string For { get; init; } = "0s";

    public Dictionary<string, string> Labels { get; init; } = [];

    public Dictionary<string, string> Annotations { get; init; } = [];
}

internal sealed class TestFile
{
    public List<RuleTest> Tests { get; init; } = [];
}

internal sealed class RuleTest
{
    public string Name { get; init; } = "";

    public List<AlertCheck> AlertRuleTest { get; init; } = [];
}

internal sealed class AlertCheck
{
    public string Alertname { get; init; } = "";

    public List<object> ExpAlerts { get; init; } = [];
}

/// <summary>One series of the list.</summary>
/// <param name="Kind">gauge, counter or histogram; null for what others export.</param>
internal sealed record Listed(string Series, string? Kind, string? Instrument, string? Unit)
{
    /// <summary>The labels, for a series of this product.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>"API", "worker" or both, for a series of this product.</summary>
    public IReadOnlyList<string> ExportedBy { get; init; } = [];
}

/// <summary>One dashboard.</summary>
internal sealed record Dashboard(string File, JsonObject Json)
{
    public string Uid => Json["uid"]!.GetValue<string>();

    public string Title => Json["title"]!.GetValue<string>();

    /// <summary>All panels but the headings of rows.</summary>
    public IReadOnlyList<Panel> Panels =>
        [.. Json["panels"]!.AsArray().Select(panel => new Panel(this, panel!.AsObject())).Where(panel => panel.Type != "row")];

    public IReadOnlyList<string> Variables =>
        [.. Json["templating"]!["list"]!.AsArray().Select(variable => variable!["name"]!.GetValue<string>())];
}

internal sealed record Panel(Dashboard Dashboard, JsonObject Json)
{
    private const string RunbookTitle = "Runbook: ";

    public string Type => Json["type"]!.GetValue<string>();

    public string Title => Json["title"]!.GetValue<string>();

    public string Name => $"{Dashboard.Title} / {Title}";

    public IReadOnlyList<string> Queries =>
        [.. Json["targets"]!.AsArray().Select(target => target!["expr"]!.GetValue<string>())];

    /// <summary>Alerts whose runbooks the panel leads to.</summary>
    public IReadOnlyList<string> Alerts =>
    [
        .. (Json["links"]?.AsArray() ?? []).Select(link => link!["title"]!.GetValue<string>())
            .Where(title => title.StartsWith(RunbookTitle, StringComparison.Ordinal))
            .Select(title => title[RunbookTitle.Length..]),
    ];

    /// <summary>Where colours change, without the first one, which is below all.</summary>
    public IReadOnlyList<double> Limits =>
    [
        .. Json["fieldConfig"]!["defaults"]!["thresholds"]!["steps"]!.AsArray().Skip(1)
            .Select(step => step!["value"]!.GetValue<double>()),
    ];
}
