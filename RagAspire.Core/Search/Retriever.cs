using System.Diagnostics;
using System.Text.Json.Serialization;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>What retrieval found, and the level that it reached.</summary>
/// <param name="Degraded">Why the level is lower than the one that was asked for; null when it is not.</param>
/// <param name="HasOutage">The embedding model or the index failed: the same query may find more in a moment.</param>
public sealed record Retrieval(
    IReadOnlyList<SearchHit> Hits, RetrievalLevel Level, string? Degraded, [property: JsonIgnore] bool HasOutage = false);

/// <summary>Finds chunks at the highest level that works: vectors and text, text alone, PostgreSQL's full text.</summary>
public sealed class Retriever(
    Embedder embedder, Bm25Encoder encoder, IVectorIndex index, IndexGeneration generation, ChunkSearchStore chunks)
{
    // The index lags behind PostgreSQL and may return chunks of replaced or unfinished versions, which are filtered out.
    private const int Spare = 10;

    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => embedder.Model;

    /// <param name="metrics">Null for a search that does not count as a user's, such as an evaluation.</param>
    public async Task<Retrieval> RetrieveAsync(SearchQuery query, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        var embedded = query.Mode == SearchMode.Text ? Embedded.NotAsked : await EmbedAsync(query.Text, cancellationToken);
        var dense = embedded.Vector;
        var terms = query.Mode == SearchMode.Vector && dense is not null ? null : encoder.Encode(query.Text);
        var level = (dense, terms) switch
        {
            (null, _) => RetrievalLevel.Text,
            (_, null) => RetrievalLevel.Vector,
            _ => RetrievalLevel.Hybrid,
        };
        try
        {
            if (!generation.IsLoaded)
            {
                throw new VectorIndexUnavailableException("The index is still being loaded.");
            }

            var found = await SearchIndexAsync(
                new IndexQuery(query.Collection, terms, dense, query.Tags, query.Limit + Spare), metrics, cancellationToken);
            var hits = await chunks.ReadAsync(found, query, cancellationToken);
            return new Retrieval(hits, level, embedded.Degraded, embedded.HasFailed);
        }
        catch (VectorIndexUnavailableException ex)
        {
            var hits = await chunks.FullTextAsync(query, cancellationToken);
            return new Retrieval(hits, RetrievalLevel.FullText, ex.Message, HasOutage: true);
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

    private async Task<Embedded> EmbedAsync(string text, CancellationToken cancellationToken)
    {
        if (embedder.Model is null)
        {
            return new Embedded(null, "No embedding model is configured: searched by text only.", HasFailed: false);
        }

        try
        {
            using var activity = SearchTelemetry.Source.StartActivity("embed");
            return new Embedded(await embedder.EmbedQueryAsync(text, cancellationToken), null, HasFailed: false);
        }
        catch (EmbeddingUnavailableException ex)
        {
            return new Embedded(null, $"Searched by text only: {ex.Message}", HasFailed: true);
        }
    }

    /// <summary>The vector of a query, or why there is none.</summary>
    private sealed record Embedded(float[]? Vector, string? Degraded, bool HasFailed)
    {
        public static Embedded NotAsked { get; } = new(null, null, HasFailed: false);
    }
}
