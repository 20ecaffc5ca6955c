using System.Text.Json.Nodes;

namespace RagAspire.Tests.Support;

/// <summary>What Alertmanager posts about an alert.</summary>
internal static class AlertNotification
{
    /// <param name="status">firing or resolved.</param>
    public static JsonObject Of(
        string fingerprint, string status, string name = "RedisDown", string summary = "Redis does not answer") => new()
        {
            ["version"] = "4",
            ["groupKey"] = $"{{}}:{{alertname=\"{name}\"}}",
            ["truncatedAlerts"] = 0,
            ["status"] = status,
            ["receiver"] = "operations",
            ["groupLabels"] = new JsonObject { ["alertname"] = name },
            ["externalURL"] = "http://localhost:9093",
            ["alerts"] = new JsonArray(new JsonObject
            {
                ["status"] = status,
                ["labels"] = new JsonObject { ["alertname"] = name, ["severity"] = "warning" },
                ["annotations"] = new JsonObject { ["summary"] = summary },
                ["startsAt"] = "2026-01-01T10:00:00Z",
                ["endsAt"] = status == "firing" ? "0001-01-01T00:00:00Z" : "2026-01-01T10:05:00Z",
                ["generatorURL"] = "http://localhost:9090/graph",
                ["fingerprint"] = fingerprint,
            }),
        };
}
