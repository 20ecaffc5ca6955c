using System.Text.Json.Nodes;

namespace RagAspire.Tests.Monitoring;

/// <summary>What tests ask a running Prometheus.</summary>
internal sealed class PrometheusClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The series that an expression gives now. An expression that cannot be evaluated fails the test.</summary>
    public async Task<JsonArray> QueryAsync(string expression)
    {
        var (status, answer) = await TryAsync("query", ("query", expression));
        Assert.True(status == "success", $"{expression}: {answer["error"]}");
        return answer["data"]!["resultType"]!.GetValue<string>() == "scalar" ? [1] : answer["data"]!["result"]!.AsArray();
    }

    /// <summary>Why an expression cannot be evaluated; null when it can.</summary>
    public async Task<string?> FaultAsync(string expression)
    {
        var (status, answer) = await TryAsync("query", ("query", expression));
        return status == "success" ? null : $"{answer["error"]}";
    }

    /// <summary>The labels of all series that a selector matched in the last minutes.</summary>
    public async Task<List<Dictionary<string, string>>> SeriesAsync(string selector)
    {
        var (_, answer) = await TryAsync("series", ("match[]", selector));
        return [.. answer["data"]!.AsArray()
            .Select(series => series!.AsObject().ToDictionary(label => label.Key, label => label.Value!.GetValue<string>()))];
    }

    /// <summary>The trace ids that the measurements of a series lead to.</summary>
    public async Task<List<string>> TracesAsync(string series)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (_, answer) = await TryAsync(
            "query_exemplars", ("query", series), ("start", $"{now.AddMinutes(-10).ToUnixTimeSeconds()}"),
                ("end", $"{now.ToUnixTimeSeconds()}"));
        return
        [
            .. answer["data"]!.AsArray().SelectMany(found => found!["exemplars"]!.AsArray())
                .Select(exemplar => exemplar!["labels"]!["trace_id"]!.GetValue<string>()),
        ];
    }

    public void Dispose() => _http.Dispose();

    private async Task<(string Status, JsonNode Answer)> TryAsync(string call, params (string Name, string Value)[] parameters)
    {
        using var form = new FormUrlEncodedContent(
            parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Value)));
        var query = await form.ReadAsStringAsync(TestContext.Current.CancellationToken);
        using var response = await _http.GetAsync($"/api/v1/{call}?{query}", TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        return (answer["status"]!.GetValue<string>(), answer);
    }
}
