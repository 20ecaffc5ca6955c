using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RagAspire.AppHost;
using RagAspire.AppHost.Monitoring;
using RagAspire.Embedded;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>The real Alertmanager notifies of a cause and not of its consequences: one page instead of twenty.</summary>
public sealed class InhibitionTests
{
    private static readonly string[] Causes = ["DatabaseDown", "RedisDown", "QdrantDown", "OllamaDown", "ApiDown"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Causes, the exporter that cannot be scraped either, and their consequences.</summary>
    public static TheoryData<string, string, string[]> Followed => new()
    {
        {
            "DatabaseDown", "postgres",
            [
                "AlertsNotDelivered", "AnswerAvailabilityBurn", "AnswerLatencyBurn", "CacheIneffective",
                "DatabaseConnectionsHigh", "DatabaseExporterFailing", "DatabaseSessionsBlocked", "DatabaseTransactionLong",
                "EmbeddingStuck", "HighErrorRate", "HighResponseTime", "IndexOutOfStep", "IngestionAvailabilityBurn",
                "IngestionFailing", "IngestionLatencyBurn", "IngestionStuck", "JobFailed", "JobNotSucceeded", "JobServerMissing",
                "QdrantDown", "RetrievalQualityDrop", "SearchAvailabilityBurn", "SearchLatencyBurn", "TargetDown",
                "ThreadPoolStarved",
                // An inhibited alert inhibits too: these follow from QdrantDown.
                "VectorIndexNotGreen", "VectorUpdateQueueGrowing",
            ]
        },
        { "RedisDown", "redis", ["CacheIneffective", "TargetDown"] },
        {
            "QdrantDown", "qdrant",
            [
                "EmbeddingStuck", "IndexOutOfStep", "IngestionAvailabilityBurn", "IngestionFailing", "IngestionLatencyBurn",
                "IngestionStuck", "RetrievalQualityDrop", "TargetDown", "VectorIndexNotGreen", "VectorUpdateQueueGrowing",
            ]
        },
        { "OllamaDown", "node", ["EmbeddingStuck", "RetrievalQualityDrop"] },
        { "ApiDown", "node", ["AlertsNotDelivered"] },
    };

    [Theory]
    [MemberData(nameof(Followed))]
    public async Task Only_the_consequences_of_a_cause_are_inhibited(string cause, string job, string[] follows)
    {
        var alerts = MonitoringFiles.AlertNames.Except(Causes.Except(follows).Except([cause]))
            .Select(name => Alert(name, Worst(name), ("job", job), ("integration", "webhook")))
            .Append(Alert("HighErrorRate", "critical", ("system", "another")));
        await AssertInhibitedAsync(follows.Select(name => $"{name} {Worst(name)}"), [.. alerts]);
    }

    [Fact]
    public async Task Of_one_alert_only_the_worse_severity_is_sent()
    {
        await AssertInhibitedAsync(
            ["SearchLatencyBurn warning"],
            Alert("SearchLatencyBurn", "critical", ("slo", "search-latency")),
            Alert("SearchLatencyBurn", "warning", ("slo", "search-latency")),
            Alert("DiskSpaceLow", "critical", ("instance", "a"), ("mountpoint", "/")),
            Alert("DiskSpaceLow", "warning", ("instance", "a"), ("mountpoint", "/data")));
    }

    private static Dictionary<string, string> Alert(string name, string severity, params (string Name, string Value)[] labels)
    {
        var all = new Dictionary<string, string> { ["alertname"] = name, ["severity"] = severity, ["system"] = "ragaspire" };
        foreach (var label in labels)
        {
            all[label.Name] = label.Value;
        }

        return all;
    }

    private static string Worst(string alert)
    {
        var severities = MonitoringFiles.Alerts.Where(rule => rule.Alert == alert).Select(rule => rule.Labels["severity"])
            .ToList();
        return new[] { "critical", "warning", "info", "none" }.First(severities.Contains);
    }

    /// <summary>Of some alerts exactly these are inhibited, by name and severity.</summary>
    private static async Task AssertInhibitedAsync(IEnumerable<string> expected, params Dictionary<string, string>[] alerts)
    {
        Assert.SkipWhen(
            PrometheusTool.Find("prometheus") is null || PrometheusTool.Find("prometheus-alertmanager") is null,
            "Prometheus or Alertmanager is not installed (Debian: apt install prometheus prometheus-alertmanager).");
        using var directory = TestDirectory.Create("inhibition");
        var options = new AppHostOptions { DataDirectory = directory.Path, AlertmanagerPort = FreePort.Next() };
        var program = InstalledMonitoring.Prepare(options, RagSystem.Key, RagSystem.Key, _ => null)
            .Single(program => program.Name == "alertmanager");
        await using var running = await MonitoringPrograms.StartAsync(program, new Dictionary<string, string>());

        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{options.AlertmanagerPort}") };
        using var posted = await client.PostAsJsonAsync("/api/v2/alerts", alerts.Select(labels => new { labels }), Cancelled);
        posted.EnsureSuccessStatusCode();
        List<string> told = [], kept = [];
        var wanted = expected.Order(StringComparer.Ordinal).ToList();
        await Eventually.TrueAsync(
            async () =>
            {
                // Alertmanager may receive the consequences a moment before the cause.
                var known = (await client.GetFromJsonAsync<JsonArray>("/api/v2/alerts", Cancelled))!.ToLookup(
                    alert => alert!["status"]!["inhibitedBy"]!.AsArray().Count > 0,
                    alert => $"{alert!["labels"]!["alertname"]} {alert["labels"]!["severity"]}");
                (told, kept) = ([.. known[false]], [.. known[true].Order(StringComparer.Ordinal)]);
                return told.Count + kept.Count == alerts.Length && kept.SequenceEqual(wanted);
            },
            TimeSpan.FromSeconds(20),
            () => $"Wrongly inhibited: {string.Join(", ", kept.Except(wanted))}; "
                + $"wrongly sent: {string.Join(", ", wanted.Except(kept))}",
            Cancelled);
    }
}
