using RagAspire.AppHost.Monitoring;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>Checks the files with the tools of Prometheus and Alertmanager.</summary>
public sealed class MonitoringToolTests
{
    private static readonly Dictionary<string, string> Everything = new()
    {
        ["RAGASPIRE_SYSTEM"] = "it's ours",
        ["RUNBOOKS_URL"] = "https://wiki.example/it's?a=1#b",
        ["GRAFANA_URL"] = "https://grafana.example/?a=1#b",
        ["RAGASPIRE_API_URL"] = "http://api.example:8000",
        ["RAGASPIRE_API_KEY_FILE"] = "api-key",
        ["RAGASPIRE_PAGERDUTY_KEY"] = "0123",
        ["RAGASPIRE_SLACK_URL"] = "https://slack.example/services/a:b#c",
        ["RAGASPIRE_EMAIL_TO"] = "ops@example.org",
        ["RAGASPIRE_SMTP_HOST"] = "mail.example:587",
        ["RAGASPIRE_SMTP_FROM"] = "ragaspire@example.org",
        ["RAGASPIRE_SMTP_USER"] = "ragaspire",
        ["RAGASPIRE_SMTP_PASSWORD"] = "a'b: c #d",
        ["RAGASPIRE_WEBHOOK_URL"] = "https://hook.example",
        ["RAGASPIRE_DEADMAN_URL"] = "https://deadman.example",
    };

    public static TheoryData<string> TestFiles => [.. MonitoringFiles.TestFiles.Select(file => Path.GetFileName(file))];

    [Fact]
    public Task Rules_are_valid() => PrometheusTool.RunAsync("promtool", ["check", "rules", .. MonitoringFiles.RuleFiles]);

    [Fact]
    public Task The_configuration_of_Prometheus_is_valid() =>
        PrometheusTool.RunAsync("promtool", "check", "config", MonitoringFiles.PathOf("prometheus", "prometheus.yml"));

    [Theory]
    [MemberData(nameof(TestFiles))]
    public Task Alerts_fire_stay_inactive_and_resolve(string file) =>
        PrometheusTool.RunAsync("promtool", "test", "rules", MonitoringFiles.PathOf("prometheus", "tests", file));

    [Fact]
    public async Task The_configuration_of_Prometheus_is_valid_with_all_that_the_environment_may_add()
    {
        using var directory = TestDirectory.Create("prometheus");
        var secret = Path.Combine(directory.Path, "secret");
        await File.WriteAllTextAsync(secret, "secret");
        var environment = new Dictionary<string, string>(Everything)
        {
            ["METRICS_TOKEN_FILE"] = secret,
            ["QDRANT_API_KEY_FILE"] = secret,
        };
        var rendered = Path.Combine(directory.Path, "prometheus.yml");
        await File.WriteAllTextAsync(rendered,
            ConfigurationTemplate.Render(MonitoringFiles.Text("prometheus", "prometheus.yml"), environment.GetValueOrDefault));
        await PrometheusTool.RunAsync("promtool", "check", "config", rendered);
    }

    [Fact]
    public Task The_configuration_of_Alertmanager_is_valid() =>
        PrometheusTool.RunAsync("amtool", "check-config", MonitoringFiles.PathOf("alertmanager", "alertmanager.yml"));

    [Fact]
    public async Task The_configuration_of_Alertmanager_is_valid_with_every_receiver_filled()
    {
        using var directory = TestDirectory.Create("alertmanager");
        Directory.CreateDirectory(Path.Combine(directory.Path, "templates"));
        File.Copy(MonitoringFiles.PathOf("alertmanager", "templates", "ragaspire.tmpl"),
            Path.Combine(directory.Path, "templates", "ragaspire.tmpl"));
        var rendered = Path.Combine(directory.Path, "alertmanager.yml");
        var text = ConfigurationTemplate.Render(
            MonitoringFiles.Text("alertmanager", "alertmanager.yml"), Everything.GetValueOrDefault);
        await File.WriteAllTextAsync(rendered, text);

        Assert.All(["pagerduty_configs:", "slack_configs:", "email_configs:", "http://api.example:8000/api/v1/operations/alerts"],
            expected => Assert.Contains(expected, text.Split('\n').Select(line => line.Split('#')[0])
                .Aggregate((all, line) => all + '\n' + line), StringComparison.Ordinal));
        await PrometheusTool.RunAsync("amtool", "check-config", rendered);
    }

    [Theory]
    [InlineData("operations,page", "alertname=DatabaseDown", "severity=critical")]
    [InlineData("operations,ticket", "alertname=OllamaDown", "severity=warning")]
    [InlineData("operations,none", "alertname=CacheIneffective", "severity=info")]
    [InlineData("deadman", "alertname=Watchdog", "severity=none")]
    public async Task Alerts_are_routed_by_severity(string receivers, params string[] labels)
    {
        var routed = await PrometheusTool.RunAsync(
            "amtool", ["config", "routes", "test", "--config.file", MonitoringFiles.PathOf("alertmanager", "alertmanager.yml"),
                .. labels]);
        Assert.Contains(receivers, routed.Split('\n').Select(line => line.Trim()));
    }

    [Fact]
    public async Task Rules_of_a_drill_differ_only_in_their_durations()
    {
        using var directory = TestDirectory.Create("drill");
        DrillRules.Write(directory.Path, TimeSpan.FromSeconds(2));

        var files = Directory.GetFiles(directory.Path, "*.yml");
        Assert.Equal(MonitoringFiles.RuleFiles.Count, files.Length);
        Assert.All(files, file => Assert.All(
            File.ReadLines(file).Where(line => line.TrimStart().StartsWith("for:", StringComparison.Ordinal)), line =>
                Assert.Equal("for: 2s", line.Trim())));
        await PrometheusTool.RunAsync("promtool", ["check", "rules", .. files]);
    }
}
