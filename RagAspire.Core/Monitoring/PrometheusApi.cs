using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace RagAspire.Monitoring;

/// <summary>Reads a Prometheus server. Each query has its own time limit.</summary>
public sealed class PrometheusApi(IHttpClientFactory clients, IOptions<PrometheusOptions> options, TimeProvider time)
{
    /// <summary>Whether an address is set. A configured server may still be away.</summary>
    public bool IsConfigured => options.Value.Url.Length > 0;

    /// <summary>Evaluates an expression now, or at another time.</summary>
    /// <returns>One sample for each series; an empty list when nothing matches. A scalar is one sample without labels.</returns>
    /// <exception cref="PrometheusException">There is no result.</exception>
    public async Task<IReadOnlyList<PrometheusSample>> QueryAsync(
        string query, CancellationToken cancellationToken, DateTimeOffset? at = null)
    {
        var parameters = at is { } moment ? new[] { ("time", Seconds(moment)) } : [];
        using var answer = await AskAsync("query", query, parameters, cancellationToken);
        var data = answer.RootElement.GetProperty("data");
        var result = data.GetProperty("result");
        return data.GetProperty("resultType").ValueEquals("scalar")
            ? [new PrometheusSample(new Dictionary<string, string>(), Point(result).Value)]
            : [.. result.EnumerateArray().Select(Sample)];
    }

    /// <summary>Evaluates an expression at each step from <paramref name="from"/> to <paramref name="to"/>.</summary>
    /// <param name="step">Prometheus refuses more than 11,000 steps.</param>
    /// <exception cref="PrometheusException">There is no result.</exception>
    public async Task<IReadOnlyList<PrometheusSeries>> RangeAsync(
        string query, DateTimeOffset from, DateTimeOffset to, TimeSpan step, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(
            "query_range",
            query,
            [("start", Seconds(from)), ("end", Seconds(to)), ("step", step.TotalSeconds.ToString(CultureInfo.InvariantCulture))],
            cancellationToken);
        return
        [
            .. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(series =>
                new PrometheusSeries(
                Labels(series), [.. series.GetProperty("values").EnumerateArray().Select(Point)])),
        ];
    }

    private async Task<JsonDocument> AskAsync(
        string call, string query, IEnumerable<(string Name, string Value)> parameters, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (!IsConfigured)
        {
            throw new PrometheusException("No Prometheus is configured (Prometheus:Url).");
        }

        var limit = settings.Timeout;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{settings.Url.TrimEnd('/')}/api/v1/{call}"))
        {
            Content = new FormUrlEncodedContent(
                parameters.Append(("query", query))
                    .Append(("timeout", $"{(long)limit.TotalMilliseconds}ms"))
                    .Select(parameter => KeyValuePair.Create(parameter.Item1, parameter.Item2))),
        };
        if (settings.Token.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", settings.Token);
        }

        try
        {
            using var client = clients.CreateClient(nameof(PrometheusApi));
            using var response = await client.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            return Successful(await JsonDocument.ParseAsync(body, cancellationToken: either.Token), query);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PrometheusException($"Prometheus at {settings.Url} did not answer within {limit.TotalSeconds:0.#} s.", ex);
        }
        catch (Exception ex) when (ex is HttpRequestException or IOException)
        {
            throw new PrometheusException($"Prometheus at {settings.Url} cannot be reached: {ex.Message}", ex);
        }
        catch (JsonException ex)
        {
            throw new PrometheusException($"What answers at {settings.Url} is not Prometheus.", ex);
        }
    }

    private static JsonDocument Successful(JsonDocument answer, string query)
    {
        if (answer.RootElement.ValueKind == JsonValueKind.Object
            && answer.RootElement.TryGetProperty("status", out var status)
            && status.ValueEquals("success"))
        {
            return answer;
        }

        using (answer)
        {
            var reason = answer.RootElement.ValueKind == JsonValueKind.Object
                && answer.RootElement.TryGetProperty("error", out var error) ? error.ToString() : "unknown answer";
            throw new PrometheusException($"Prometheus refused \"{query}\": {reason}");
        }
    }

    private static PrometheusSample Sample(JsonElement series) => new(Labels(series), Point(series.GetProperty("value")).Value);

    private static Dictionary<string, string> Labels(JsonElement series) => series.GetProperty("metric").EnumerateObject()
        .ToDictionary(label => label.Name, label => label.Value.GetString() ?? "");

    private static PrometheusPoint Point(JsonElement pair) => new(
        DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(pair[0].GetDouble() * 1000)), Number(pair[1].GetString() ?? ""));

    private static double Number(string text) => text switch
    {
        "NaN" => double.NaN,
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN,
    };

    private static string Seconds(DateTimeOffset at) =>
        (at.ToUnixTimeMilliseconds() / 1000.0).ToString(CultureInfo.InvariantCulture);
}
