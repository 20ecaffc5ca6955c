using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Search;

/// <summary>Hits in their order, and why no model has ordered them; null when one has.</summary>
public sealed record RankedHits(IReadOnlyList<SearchHit> Hits, string? Failure);

/// <summary>
/// Has a reranking model order hits. A model that is slow or away costs a search at most the time limit, and after a few failures
/// nothing for half a minute.
/// </summary>
public sealed class Reranker : IDisposable
{
    private const int FailuresToBreak = 3;
    private const long LongestResponse = 4L << 20;
    private static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(30);

    private readonly RerankingOptions _options;
    private readonly HttpClient _http;
    private readonly ResiliencePipeline _circuit;
    private readonly TimeProvider _clock;

    public Reranker(IOptions<RerankingOptions> options, IOptions<ModelServerOptions> servers, TimeProvider clock)
    {
        (_options, _clock) = (options.Value, clock);
        _circuit = ModelCircuit.Build(FailuresToBreak, BreakDuration, clock);
        _http = new HttpClient(servers.Value.Connections(LongestResponse, LongestResponse))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        if (_options.Key is { Length: > 0 } key)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Whether a reranking model is configured.</summary>
    public bool IsOn => _options.Endpoint is { Length: > 0 };

    /// <summary>The number of hits that it orders.</summary>
    public int Candidates => _options.Candidates;

    /// <summary>Names all that its order depends on; empty without one.</summary>
    public string Settings => IsOn ? $"|{_options.Endpoint} {_options.Model} {_options.Candidates}" : "";

    /// <param name="metrics">Null for a search that does not count as a user's.</param>
    public async Task<RankedHits> RankAsync(
        string query, IReadOnlyList<SearchHit> hits, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        using var activity = SearchTelemetry.Source.StartActivity("rerank");
        var (startedAt, outcome) = (Stopwatch.GetTimestamp(), "failed");
        try
        {
            var scores = await _circuit.ExecuteAsync(
                async token => await ScoresAsync(query, hits, token), cancellationToken);
            outcome = "ranked";
            return new RankedHits(
                [.. hits.Zip(scores, (hit, score) => hit with { Score = score }).OrderByDescending(hit => hit.Score)], null);
        }
        catch (Exception ex) when (
            ex is HttpRequestException or TimeoutException or JsonException or IOException or BrokenCircuitException)
        {
            activity?.SetStatus(ActivityStatusCode.Error, ex.GetType().Name);
            return new RankedHits(hits, $"Not reranked: {ModelFailure.Reason(ex, _options.Model ?? "for reranking")}.");
        }
        finally
        {
            metrics?.RerankTook(outcome, Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<double[]> ScoresAsync(string query, IReadOnlyList<SearchHit> hits, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.TimeLimit, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _options.Endpoint);
            request.Content = JsonContent.Create(Body(query, hits));
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            response.EnsureSuccessStatusCode();
            await using var body = await response.Content.ReadAsStreamAsync(both.Token);
            using var answer = await JsonDocument.ParseAsync(body, cancellationToken: both.Token);
            return Scores(answer.RootElement, hits.Count);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    private Dictionary<string, object> Body(string query, IReadOnlyList<SearchHit> hits)
    {
        var body = new Dictionary<string, object>
        {
            ["query"] = query,
            [_options.Protocol == RerankProtocol.Texts ? "texts" : "documents"] = hits.Select(hit => ChunkText.Of(hit.Section, hit.Text)),
        };
        if (_options.Model is { Length: > 0 } model)
        {
            body["model"] = model;
        }

        if (_options.Protocol == RerankProtocol.Documents)
        {
            body["top_n"] = hits.Count;
        }

        return body;
    }

    /// <exception cref="JsonException">A hit has no score, or what is there is no answer of a reranking model.</exception>
    private static double[] Scores(JsonElement answer, int count)
    {
        var scores = Enumerable.Repeat(double.NaN, count).ToArray();
        var results = answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("results", out var named) ? named : answer;
        if (results.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException();
        }

        foreach (var result in results.EnumerateArray())
        {
            if (result.ValueKind == JsonValueKind.Object && result.TryGetProperty("index", out var index)
                && index.TryGetInt32(out var place) && place >= 0 && place < count
                && (result.TryGetProperty("relevance_score", out var score) || result.TryGetProperty("score", out score))
                && score.ValueKind == JsonValueKind.Number)
            {
                scores[place] = score.GetDouble();
            }
        }

        return scores.Any(double.IsNaN) ? throw new JsonException() : scores;
    }
}
