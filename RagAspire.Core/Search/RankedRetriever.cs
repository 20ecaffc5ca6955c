namespace RagAspire.Search;

/// <summary>Finds chunks, and has a reranking model order the best of them where one is configured.</summary>
public sealed class RankedRetriever(Retriever retriever, Reranker reranker)
{
    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => retriever.Model;

    /// <summary>Names all that a result depends on, besides the documents and the query.</summary>
    public string Settings => retriever.Settings + reranker.Settings;

    /// <inheritdoc cref="Retriever.RetrieveAsync"/>
    public async Task<Retrieval> RetrieveAsync(SearchQuery query, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        if (!reranker.IsOn)
        {
            return await retriever.RetrieveAsync(query, metrics, cancellationToken);
        }

        var candidates = query with { Limit = Math.Max(query.Limit, reranker.Candidates) };
        var found = await retriever.RetrieveAsync(candidates, metrics, cancellationToken);
        if (found.Hits.Count < 2)
        {
            return found;
        }

        var ranked = await reranker.RankAsync(query.Text, found.Hits, metrics, cancellationToken);
        return found with
        {
            Hits = [.. ranked.Hits.Take(query.Limit)],
            Degraded = found.Degraded ?? ranked.Failure,
            HasOutage = found.HasOutage || ranked.Failure is not null,
        };
    }
}
