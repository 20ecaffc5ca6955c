using System.Diagnostics;
using RagAspire.Search.Caching;

namespace RagAspire.Search;

/// <summary>Finds passages in one collection: from the cache, or by the best rung that stands.</summary>
public sealed class SearchService(
    Retriever retriever, DocumentFrequency words, ResponseCache cache, SearchRecorder log, SearchMetrics metrics)
{
    public async Task<SearchResult> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = SearchTelemetry.Source.StartActivity("search");
        var key = cache.Key("search", query.Collection, new { query.Text, query.Mode, query.Limit, Tags = query.Tags.Order() });
        var kept = await cache.GetAsync<Retrieval>("search", key, cancellationToken);
        var retrieval = kept ?? await retriever.RetrieveAsync(query, metrics, cancellationToken);
        if (kept is null && (retrieval.Degraded is null || retrieval.Mode == "text"))
        {
            cache.Set("search", key, retrieval);
        }

        var took = Stopwatch.GetElapsedTime(startedAt);
        activity?.SetTag("rag.mode", retrieval.Mode).SetTag("rag.hits", retrieval.Hits.Count).SetTag("rag.cached", kept is not null);
        metrics.Searched(retrieval.Mode, kept is not null, took.TotalSeconds);
        var result = new SearchResult(
            Guid.CreateVersion7(), retrieval.Hits, retrieval.Mode, retrieval.Degraded, kept is not null, took.TotalMilliseconds);
        log.Add(result, query.Collection);
        return result;
    }

    /// <summary>How much each word of a text tells one passage of a collection from another.</summary>
    /// <returns>Null where that cannot be said in time.</returns>
    public Task<TermFrequencies?> CountWordsAsync(string text, string collection, CancellationToken cancellationToken) =>
        words.CountAsync(text, collection, cancellationToken);
}
