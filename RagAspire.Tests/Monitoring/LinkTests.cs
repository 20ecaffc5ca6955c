using System.Text.RegularExpressions;
using RagAspire.AppHost.Monitoring;

namespace RagAspire.Tests.Monitoring;

/// <summary>Links in alerts, dashboards and documents lead to files of the repository.</summary>
public sealed partial class LinkTests
{
    private const string Base = "https://wiki.example/runbooks";

    public static TheoryData<string> Documents =>
    [
        .. new[] { "", "docs", "docs/diagnostics", "runbooks", "prometheus" }
            .SelectMany(folder => Directory.GetFiles(MonitoringFiles.PathOf(folder), "*.md"))
            .Select(file => Path.GetRelativePath(MonitoringFiles.PathOf(), file)).Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Runbook_addresses_of_alerts_start_with_the_configured_base()
    {
        var configured = RunbookBase(new Dictionary<string, string> { ["RUNBOOKS_URL"] = Base });
        Assert.Equal(Base, configured);
        Assert.All(MonitoringFiles.Alerts, alert =>
        {
            var address = alert.Annotations["runbook_url"]
                .Replace("{{ $externalLabels.runbooks }}", configured, StringComparison.Ordinal);
            Assert.StartsWith($"{Base}/", address, StringComparison.Ordinal);
            Assert.True(File.Exists(MonitoringFiles.PathOf("runbooks", address[(Base.Length + 1)..])), address);
        });
    }

    [Fact]
    public void Dashboards_and_alerts_find_the_runbooks_at_the_same_address() =>
        Assert.All(MonitoringFiles.Dashboards, dashboard =>
    {
        var variable = dashboard.Json["templating"]!["list"]!.AsArray()
            .Single(variable => variable!["name"]!.GetValue<string>() == "runbooks")!;
        Assert.Equal(RunbookBase([]), variable["query"]!.GetValue<string>());
        Assert.Equal(RunbookBase([]), variable["current"]!["value"]!.GetValue<string>());
        var links = dashboard.Json["panels"]!.ToJsonString() + dashboard.Json["links"]!.ToJsonString();
        Assert.DoesNotContain("https://github.com/", links, StringComparison.Ordinal);
    });

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_of_a_document_lead_to_files_of_the_repository(string document)
    {
        var folder = Path.GetDirectoryName(MonitoringFiles.PathOf(document))!;
        Assert.All(Link().Matches(MonitoringFiles.Text(document)).Select(link => link.Groups["path"].Value), path =>
            Assert.True(Path.Exists(Path.Combine(folder, path)), $"{document} links to {path}"));
    }

    private static string RunbookBase(Dictionary<string, string> environment)
    {
        var file = MonitoringFiles.Text("prometheus", "prometheus.yml");
        var rendered = ConfigurationTemplate.Render(file, environment.GetValueOrDefault);
        return ExternalLabel().Match(rendered).Groups["base"].Value;
    }

    [GeneratedRegex(@"^    runbooks: '?(?<base>[^'\s]+)", RegexOptions.Multiline)]
    private static partial Regex ExternalLabel();

    [GeneratedRegex(@"\]\((?!https?:|#)(?<path>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex Link();
}
