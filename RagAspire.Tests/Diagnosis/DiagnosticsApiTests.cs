using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using RagAspire.Diagnosis;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis;

/// <summary>The diagnosis over HTTP: as JSON, text and page, beside alerts, and with its pages.</summary>
public sealed class DiagnosticsApiTests(Stores stores, SharedSystem shared)
{
    private const string Path = "/api/v1/operations/diagnostics";

    [Fact]
    public async Task A_diagnosis_is_json_text_or_a_page_and_takes_at_most_five_seconds()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var report = await client.GetAsync(Path);
        Assert.InRange(report["tookMs"]!.GetValue<double>(), 1, 5000);
        Assert.All(
            ["machine", "disks", "clock", "runtime", "api", "handles"],
            name => Assert.Null(report["probes"]!.AsArray().Single(probe => probe!["name"]!.GetValue<string>() == name)!["reason"]));
        var figures = report["figures"]!.AsArray().ToLookup(figure => figure!["name"]!.GetValue<string>());
        Assert.All(
            ["cpu", "load per processor", "memory", "space", "handles", "response time"],
            name => Assert.True(figures[name].Any(figure => figure!["value"]!.GetValue<double>() >= 0), name));
        Assert.Equal(85, figures["memory"].Single()!["limit"]!.GetValue<double>());
        var text = await TextAsync(client, Path, "text/plain");
        Assert.Contains("Examined", text, StringComparison.Ordinal);
        Assert.Contains("load per processor", text, StringComparison.Ordinal);
        var page = await TextAsync(client, Path, "text/html");
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("load per processor", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1x")]
    [InlineData("1")]
    [InlineData("-5m")]
    [InlineData("9d")]
    [InlineData("10s")]
    public async Task A_range_that_is_none_is_refused_with_the_rule(string since)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        using var response = await client.TrySendAsync(HttpMethod.Get, $"{Path}?since={since}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(DiagnosisRange.Rule, (await RagClient.JsonAsync(response))["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_range_is_the_one_that_was_asked_for()
    {
        var report = await (await shared.SystemAsync(stores)).Client.GetAsync($"{Path}?since=30m");
        Assert.Equal(
            TimeSpan.FromMinutes(30),
            report["at"]!.GetValue<DateTimeOffset>() - report["since"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task Without_a_key_for_operations_nothing_is_told()
    {
        var system = await shared.SystemAsync(stores);
        using var stranger = new RagClient(system.Api.Address, key: null);
        using var response = await stranger.TrySendAsync(HttpMethod.Get, Path);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task An_alert_gets_one_diagnosis_also_when_it_is_told_twice()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var fingerprint = Guid.NewGuid().ToString("N");
        await client.SendAsync(HttpMethod.Post, "/api/v1/operations/alerts", Notification(fingerprint));
        await client.SendAsync(HttpMethod.Post, "/api/v1/operations/alerts", Notification(fingerprint));
        var alerts = (await client.GetAsync("/api/v1/operations/alerts?limit=500"))["items"]!.AsArray();
        var id = alerts.Single(alert => alert!["fingerprint"]!.GetValue<string>() == fingerprint)!["id"]!.GetValue<long>();
        JsonNode? report = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await client.TrySendAsync(HttpMethod.Get, $"/api/v1/operations/alerts/{id}/diagnosis");
                report = response.StatusCode == HttpStatusCode.OK ? await RagClient.JsonAsync(response) : null;
                return report is not null;
            },
            TimeSpan.FromSeconds(20),
            () => "The alert has no diagnosis.",
            TestContext.Current.CancellationToken);
        Assert.NotEmpty(report!["probes"]!.AsArray());
        var again = await client.GetAsync($"/api/v1/operations/alerts/{id}/diagnosis");
        Assert.Equal(report["at"]!.ToString(), again["at"]!.ToString());

        using var unknown = await client.TrySendAsync(HttpMethod.Get, "/api/v1/operations/alerts/999999999/diagnosis");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory]
    [InlineData("resolved", "00:01:30", "resolved before")]
    [InlineData("firing", "00:11:00", "older than 10 minutes")]
    public async Task An_alert_without_a_diagnosis_has_the_reason(string status, string age, string reason)
    {
        var system = await shared.SystemAsync(stores);
        var id = await Sql.OneAsync<long>(system.Database, $"""
            insert into alerts (fingerprint, starts_at, status, name, labels, annotations, received_at, updated_at)
            select '{Guid.NewGuid():N}', at, '{status}', 'RedisDown', jsonb_build_object(), jsonb_build_object(), at, at
            from (select now() - interval '{age}' as at) as past returning id
            """);
        JsonNode? report = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await system.Client.TrySendAsync(HttpMethod.Get, $"/api/v1/operations/alerts/{id}/diagnosis");
                report = response.StatusCode == HttpStatusCode.OK ? await RagClient.JsonAsync(response) : null;
                return report is not null;
            },
            TimeSpan.FromSeconds(20),
            () => "The alert has no reason.",
            TestContext.Current.CancellationToken);
        Assert.Equal("unknown", report!["status"]!.GetValue<string>());
        Assert.Contains(reason, report["notMade"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains(
            reason, await TextAsync(system.Client, $"/api/v1/operations/alerts/{id}/diagnosis", "text/plain"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/diagnostics/RAG-D001", "The processors are busy")]
    [InlineData("/diagnostics/RAG-D001.md", "The processors are busy")]
    [InlineData("/runbooks/DatabaseDown", "PostgreSQL does not answer.")]
    [InlineData("/runbooks/DatabaseDown.md", "PostgreSQL does not answer.")]
    [InlineData("/runbooks", "/runbooks/DatabaseDeadlocks")]
    [InlineData("/diagnostics", "/diagnostics/RAG-D001")]
    public async Task Pages_about_findings_and_alerts_are_served_to_everybody(string path, string contains)
    {
        var system = await shared.SystemAsync(stores);
        using var stranger = new RagClient(system.Api.Address, key: null);
        Assert.Contains(contains, await TextAsync(stranger, path, "text/html"), StringComparison.Ordinal);
        Assert.Contains(contains, await TextAsync(stranger, path, "text/plain"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/diagnostics/RAG-D999")]
    [InlineData("/runbooks/..%2F..%2Fetc%2Fpasswd")]
    public async Task Other_pages_are_not(string path)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        using var response = await client.TrySendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<string> TextAsync(RagClient client, string path, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    private static JsonObject Notification(string fingerprint) => new()
    {
        ["version"] = "4",
        ["alerts"] = new JsonArray(new JsonObject
        {
            ["status"] = "firing",
            ["labels"] = new JsonObject { ["alertname"] = "RedisDown" },
            ["startsAt"] = "2026-01-01T10:00:00Z",
            ["fingerprint"] = fingerprint,
        }),
    };
}
