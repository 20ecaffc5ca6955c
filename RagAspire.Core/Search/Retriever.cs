using System.Diagnostics;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>What a search came to, and on which rung.</summary>
/// <param name="Mode">"hybrid", "text", "vector" or "fulltext".</param>
/// <param name="Degraded">Why it is not what was asked for; null when it is.</param>
public sealed record Retrieval(IReadOnlyList<SearchHit> Hits, string Mode, string? Degraded);

/// <summary>Steps down the ladder until a rung holds: vectors and text, text alone, PostgreSQL's full text.</summary>
public sealed class Retriever(
    Embedder embedder, Bm25Encoder encoder, IVectorIndex index, IndexGeneration generation, ChunkSearchStore reader)
{
    // The index may hold a few chunks that are not to be seen any more, or not yet.
    private const int Spare = 10;

    /// <param name="metrics">Null for a search that is nobody's and shall not count as one.</param>
    public async Task<Retrieval> RetrieveAsync(SearchQuery query, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        var (dense, degraded) = query.Mode == SearchMode.Text ? (null, null) : await EmbedAsync(query.Text, cancellationToken);
        var terms = query.Mode == SearchMode.Vector && dense is not null ? null : encoder.Encode(query.Text);
        var mode = (dense, terms) switch { (null, _) => "text", (_, null) => "vector", _ => "hybrid" };
        try
        {
            if (!generation.IsLoaded)
            {
                throw new VectorIndexUnavailableException("The index is still being loaded.");
            }

            var found = await SearchIndexAsync(
                new IndexQuery(query.Collection, terms, dense, query.Tags, query.Limit + Spare), metrics, cancellationToken);
            return new Retrieval(await reader.ReadAsync(found, query, cancellationToken), mode, degraded);
        }
        catch (VectorIndexUnavailableException ex)
        {
            return new Retrieval(await reader.FullTextAsync(query, cancellationToken), "fulltext", ex.Message);
        }
    }

    private async Task<IReadOnlyList<IndexHit>> SearchIndexAsync(
        IndexQuery query, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        using var activity = SearchTelemetry.Source.StartActivity("index.search");
        activity?.SetTag("rag.index", index.Name);
        var startedAt = Stopwatch.GetTimestamp();
        try
        {
            return await index.SearchAsync(query, cancellationToken);
        }
        finally
        {
            metrics?.IndexTook(index.Name, Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        }
    }

    private async Task<(float[]? Dense, string? Degraded)> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        if (embedder.Model is null)
        {
            return (null, "No embedding model is configured: searched by text only.");
        }

        try
        {
            using var activity = SearchTelemetry.Source.StartActivity("embed");
            return (await embedder.EmbedQueryAsync(text, cancellationToken), null);
        }
        catch (EmbeddingUnavailableException ex)
        {
            return (null, $"Searched by text only: {ex.Message}");
        }
    }
}
