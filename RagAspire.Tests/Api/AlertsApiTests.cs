using System.Net;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Alertmanager's webhook, and the record of what it told.</summary>
public sealed class AlertsApiTests(Stores stores, SharedSystem shared)
{
    private const string Path = "/api/v1/operations/alerts";

    [Fact]
    public async Task An_alert_is_kept_from_its_first_word_to_its_last_and_told_twice_it_is_one()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var fingerprint = Guid.NewGuid().ToString("N");
        await client.SendAsync(HttpMethod.Post, Path, AlertNotification.Of(fingerprint, "firing"));
        await client.SendAsync(HttpMethod.Post, Path, AlertNotification.Of(fingerprint, "firing"));

        var firing = Assert.Single(await FindAsync(client, "?status=firing", fingerprint));
        Assert.Equal("RedisDown", firing["name"]!.GetValue<string>());
        Assert.Equal("warning", firing["severity"]!.GetValue<string>());
        Assert.Equal("Redis does not answer", firing["annotations"]!["summary"]!.GetValue<string>());
        Assert.Null(firing["endsAt"]);

        await client.SendAsync(HttpMethod.Post, Path, AlertNotification.Of(fingerprint, "resolved"));
        Assert.Empty(await FindAsync(client, "?status=firing", fingerprint));
        var resolved = Assert.Single(await FindAsync(client, "?status=resolved", fingerprint));
        Assert.Equal(firing["id"]!.GetValue<long>(), resolved["id"]!.GetValue<long>());
        Assert.Equal(DateTimeOffset.Parse("2026-01-01T10:05:00Z", null), resolved["endsAt"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task Alerts_are_read_page_by_page_newest_first()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        string[] fingerprints = [Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N")];
        foreach (var fingerprint in fingerprints)
        {
            await client.SendAsync(HttpMethod.Post, Path, AlertNotification.Of(fingerprint, "firing"));
        }

        var found = new List<string>();
        JsonNode? next = null;
        do
        {
            var page = await client.GetAsync($"{Path}?limit=1{(next is null ? "" : $"&after={next}")}");
            found.AddRange(page["items"]!.AsArray().Select(alert => alert!["fingerprint"]!.GetValue<string>()));
            next = page["next"];
        }
        while (next is not null);
        Assert.Equal(fingerprints.Reverse(), found.Where(fingerprints.Contains));
    }

    [Theory]
    [InlineData("version", "3")]
    [InlineData("version", null)]
    [InlineData("alerts", null)]
    [InlineData("alerts.status", "burning")]
    [InlineData("alerts.labels", null)]
    [InlineData("alerts.labels.alertname", null)]
    [InlineData("alerts.startsAt", "yesterday")]
    [InlineData("alerts.startsAt", null)]
    [InlineData("alerts.fingerprint", "")]
    [InlineData("alerts.endsAt", "2025-01-01T00:00:00Z")]
    public async Task What_is_no_notification_is_refused(string field, string? value)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var notification = JsonNode.Parse(AlertNotification.Of("refused", "resolved").ToJsonString())!;
        var parts = field.Split('.');
        var parent = parts.SkipLast(1).Aggregate(notification, (node, part) => part == "alerts" ? node[part]![0]! : node[part]!);
        parent[parts[^1]] = value;

        using var response = await client.TrySendAsync(HttpMethod.Post, Path, notification);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotNull((await RagClient.JsonAsync(response))["traceId"]);
    }

    [Fact]
    public async Task Only_a_key_for_operations_may_tell_or_read()
    {
        var system = await shared.SystemAsync(stores);
        var created = await system.Client.PostAsync("/api/v1/operations/api-keys", new { name = "reader", scopes = new[] { "read", "write" } });
        using var reader = new RagClient(system.Api.Address, created["secret"]!.GetValue<string>());
        using var told = await reader.TrySendAsync(HttpMethod.Post, Path, AlertNotification.Of("forbidden", "firing"));
        using var read = await reader.TrySendAsync(HttpMethod.Get, Path);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (told.StatusCode, read.StatusCode));
    }

    private static async Task<List<JsonNode>> FindAsync(RagClient client, string query, string fingerprint) =>
        [.. (await client.GetAsync(Path + query))["items"]!.AsArray().Where(alert => alert!["fingerprint"]!.GetValue<string>() == fingerprint).Select(alert => alert!)];
}
