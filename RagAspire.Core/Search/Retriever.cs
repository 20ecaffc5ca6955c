using System.Diagnostics;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using RagAspire.Search.Caching;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Search;

/// <summary>What retrieval found, and the level that it reached.</summary>
/// <param name="Degraded">Why the level is lower than the one that was asked for; null when it is not.</param>
/// <param name="HasOutage">The embedding model or the index failed: the same query may find more in a moment.</param>
public sealed record Retrieval(
    [property: JsonConverter(typeof(HitsJson))] IReadOnlyList<SearchHit> Hits,
    RetrievalLevel Level,
    string? Degraded,
    [property: JsonIgnore] bool HasOutage = false);

/// <summary>Finds chunks at the highest level that works: vectors and text, text alone, PostgreSQL's full text.</summary>
public sealed class Retriever(
    QueryVectors vectors,
    Bm25Encoder encoder,
    IVectorIndex index,
    IndexGeneration generation,
    ChunkSearchStore chunks,
    IOptions<HybridOptions> hybrid)
{
    // The index lags behind PostgreSQL and may return chunks of replaced or unfinished versions, which are filtered out.
    private const int Spare = 10;

    private const string NoTerms = "The query has no word that can be searched for.";

    /// <summary>The embedding model; null where none is configured.</summary>
    public string? Model => vectors.Model;

    /// <summary>Names all that a result depends on, besides the documents and the query.</summary>
    public string Settings =>
        FormattableString.Invariant(
            $"{vectors.Settings}|{index.Name}|{encoder.Settings}|{hybrid.Value.VectorWeight}:{hybrid.Value.Candidates}");

    /// <param name="metrics">Null for a search that does not count as a user's, such as an evaluation.</param>
    /// <exception cref="BudgetExceededException">The key may not have the query embedded.</exception>
    public async Task<Retrieval> RetrieveAsync(SearchQuery query, SearchMetrics? metrics, CancellationToken cancellationToken)
    {
        var embedded = query.Mode == SearchMode.Text ? Embedded.NotAsked : await EmbedAsync(query, cancellationToken);
        var dense = embedded.Vector;
        var terms = query.Mode == SearchMode.Vector && dense is not null ? null : encoder.EncodeQuery(query.Text);
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

            var selection = new HitSelection(query);
            var found = await SearchIndexAsync(
                new IndexQuery(query.Collection, terms, dense, query.Tags, selection.Candidates(Spare))
                {
                    Groups = query.Groups,
                    Filter = query.Filter,
                },
                metrics,
                cancellationToken);
            await chunks.ReadAsync(found, query, selection, cancellationToken);
            var isEmpty = dense is null && terms is { Indices.Length: 0 };
            return new Retrieval(selection.Hits, level, isEmpty ? NoTerms : embedded.Degraded, embedded.HasFailed);
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

    private async Task<Embedded> EmbedAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        if (vectors.Model is null)
        {
            return new Embedded(null, "No embedding model is configured: searched by text only.", HasFailed: false);
        }

        try
        {
            using var activity = SearchTelemetry.Source.StartActivity("embed");
            var usage = new UsageContext(query.KeyId, query.Collection, UsageKind.Search);
            return new Embedded(await vectors.EmbedAsync(query.Text, usage, cancellationToken), null, HasFailed: false);
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
