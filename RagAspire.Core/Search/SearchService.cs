using System.Diagnostics;
using RagAspire.Search.Caching;

namespace RagAspire.Search;

/// <summary>Finds chunks in one collection: from the cache, or at the highest level of retrieval that works.</summary>
public sealed class SearchService(
    Retriever retriever, DocumentFrequency frequencies, ResponseCache cache, SearchRecorder recorder, SearchMetrics metrics)
{
    private const string CacheName = "search";

    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => retriever.Model;

    public async Task<SearchResult> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = SearchTelemetry.Source.StartActivity("search");
        var key = Key(query);
        var cached = await cache.GetAsync<Retrieval>(CacheName, key, cancellationToken);
        var retrieval = cached ?? await retriever.RetrieveAsync(query, metrics, cancellationToken);
        if (cached is null && !retrieval.HasOutage)
        {
            cache.Set(CacheName, key, retrieval);
        }

        var isCached = cached is not null;
        var took = Stopwatch.GetElapsedTime(startedAt);
        activity?.SetTag("rag.mode", retrieval.Level.Word()).SetTag("rag.hits", retrieval.Hits.Count).SetTag("rag.cached", isCached);
        metrics.Searched(retrieval.Level, isCached, took.TotalSeconds);
        var result = new SearchResult(
            Guid.CreateVersion7(), retrieval.Hits, retrieval.Level, retrieval.Degraded, isCached, took.TotalMilliseconds,
            retrieval.HasOutage);
        recorder.Add(result, query.Collection);
        return result;
    }

    /// <summary>How rare each word of a text is in a collection.</summary>
    /// <returns>Null when counting takes too long.</returns>
    public Task<TermFrequencies?> CountTermsAsync(string text, string collection, CancellationToken cancellationToken) =>
        frequencies.CountAsync(text, collection, cancellationToken);

    /// <summary>Where the result of a query is cached; null when nothing may be cached now.</summary>
    internal string? Key(SearchQuery query) => cache.Key(CacheName, query.Collection, new
    {
        query.Text,
        query.Mode,
        query.Limit,
        retriever.Model,
        Tags = query.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal),
    });
}
