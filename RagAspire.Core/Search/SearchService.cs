using System.Diagnostics;
using RagAspire.Search.Caching;

namespace RagAspire.Search;

/// <summary>Finds chunks in one collection: from the cache, or at the highest level of retrieval that works.</summary>
public sealed class SearchService(
    RankedRetriever retriever,
    ChunkSearchStore chunks,
    DocumentFrequency frequencies,
    ResponseCache cache,
    SearchRecorder recorder,
    SearchMetrics metrics)
{
    private const string CacheName = "search";

    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => retriever.Model;

    /// <summary>Names all that a result depends on, besides the documents and the query.</summary>
    public string Settings => retriever.Settings;

    public async Task<SearchResult> SearchAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = SearchTelemetry.Source.StartActivity("search");
        var (retrieval, isCached) = await RetrieveAsync(query, cancellationToken);
        var took = Stopwatch.GetElapsedTime(startedAt);
        activity?.SetTag("rag.mode", retrieval.Level.Word()).SetTag("rag.hits", retrieval.Hits.Count).SetTag("rag.cached", isCached);
        metrics.Searched(retrieval.Level, isCached, took.TotalSeconds);
        var result = new SearchResult(
            Guid.CreateVersion7(), retrieval.Hits, retrieval.Level, retrieval.Degraded, isCached, took.TotalMilliseconds,
            retrieval.HasOutage);
        recorder.Add(result, query.Collection);
        return result;
    }

    /// <summary>
    /// Names what a query finds now: it changes with every document of the collection, and is the same in every process. Read
    /// it before the search, so that a change meanwhile gives the result an old name and never an old result a new one.
    /// </summary>
    /// <returns>Null when changes cannot be followed now, or one was made that this process has not heard of.</returns>
    public async Task<string?> VersionAsync(SearchQuery query, CancellationToken cancellationToken) =>
        Key(query) is { } key && !await cache.HasChangedAsync(key, cancellationToken)
            ? key.Name[(key.Name.LastIndexOf(':') + 1)..]
            : null;

    private async Task<(Retrieval Retrieval, bool IsCached)> RetrieveAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var key = Key(query);
        var (kept, right) = await cache.GetOrEnterAsync<Retrieval>(CacheName, key, waits: true, cancellationToken);
        using var flight = right;
        if (kept is not null)
        {
            return (kept, true);
        }

        var startedAt = Stopwatch.GetTimestamp();
        var retrieval = await retriever.RetrieveAsync(query, metrics, cancellationToken);
        if (!retrieval.HasOutage)
        {
            cache.Set(CacheName, key, retrieval, Stopwatch.GetElapsedTime(startedAt));
        }

        return (retrieval, false);
    }

    /// <summary>How rare each word of a text is in a collection.</summary>
    /// <returns>Null when counting takes too long.</returns>
    public Task<TermFrequencies?> CountTermsAsync(string text, string collection, CancellationToken cancellationToken) =>
        frequencies.CountAsync(text, collection, cancellationToken);

    /// <summary>The chunks right before and after some hits of a query, which are not among these hits.</summary>
    public Task<IReadOnlyList<SearchHit>> NeighboursAsync(
        IEnumerable<SearchHit> hits, SearchQuery query, CancellationToken cancellationToken) =>
        chunks.NeighboursAsync([.. hits.Select(hit => hit.ChunkId)], query, cancellationToken);

    /// <summary>Where the result of a query is cached; null when nothing may be cached now.</summary>
    internal CacheKey? Key(SearchQuery query) => cache.Key(CacheName, query.Collection, new
    {
        query.Text,
        query.Mode,
        query.Limit,
        query.PerDocument,
        retriever.Settings,
        Tags = query.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal),
        query.Groups,
        Filter = query.Filter?.Text,
    });
}
