using System.Collections.ObjectModel;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Backups.Drill;

/// <summary>An index of the restored data, and queries for it.</summary>
/// <param name="Samples">Those of the queries that are made of a chunk, with its id.</param>
public sealed record FilledIndex(
    InProcessVectorIndex Index, IReadOnlyList<IndexQuery> Queries, IReadOnlyList<(IndexQuery Query, Guid Chunk)> Samples)
    : IDisposable
{
    public void Dispose() => Index.Dispose();
}

/// <summary>Fills an index from the restored data, and chooses queries for it: past questions and sampled chunks.</summary>
public sealed class DrillIndex(Embedder embedder, Bm25Encoder encoder, IOptions<BackupOptions> options, TimeProvider time)
{
    private const int Limit = 50;
    private const int Batch = 500;
    /// <returns>Null where there are more chunks than <see cref="BackupOptions.DrillIndexLimit"/>.</returns>
    public async Task<FilledIndex?> FillAsync(NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var chunks = await restored.Command("select count(*) from chunks").ScalarAsync<long>(cancellationToken);
        if (chunks > options.Value.DrillIndexLimit)
        {
            return null;
        }

        var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
        var queries = await QuestionsAsync(restored, cancellationToken);
        var each = Math.Max(1, chunks / Math.Max(1, options.Value.DrillSearches - queries.Count));
        var samples = new List<(IndexQuery, Guid)>();
        var batch = new List<IndexPoint>(Batch);
        var count = 0L;
        await foreach (var point in new EmbeddingStore(restored, embedder).ReadyPointsAsync(cancellationToken))
        {
            if (count++ % each == 0 && queries.Count < options.Value.DrillSearches)
            {
                var query = new IndexQuery(
                    point.Collection, point.Terms, point.Dense, ReadOnlyDictionary<string, string>.Empty, Limit);
                queries.Add(query);
                samples.Add((query, point.ChunkId));
            }

            batch.Add(point);
            if (batch.Count == Batch)
            {
                await AddAsync(index, batch, cancellationToken);
                batch = new List<IndexPoint>(Batch);
            }
        }

        await AddAsync(index, batch, cancellationToken);
        index.Open();
        return new FilledIndex(index, queries, samples);
    }

    /// <summary>Pauses after each batch as long as it took, so that the drill does not slow searches down.</summary>
    private async Task AddAsync(InProcessVectorIndex index, List<IndexPoint> batch, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        await index.UpsertAsync(batch, cancellationToken);
        await Throttle.PauseAsync(startedAt, 1, time, cancellationToken);
    }

    /// <summary>The last questions, by their terms alone, because the embedding model may be unavailable.</summary>
    private async Task<List<IndexQuery>> QuestionsAsync(NpgsqlDataSource restored, CancellationToken cancellationToken) =>
        await restored.Command("""
            select question, collection from (
                select distinct on (question, collection) question, collection, created_at
                from answers order by question, collection, created_at desc) asked
            order by created_at desc limit $1
            """, options.Value.DrillSearches / 2).ListAsync(
            row => new IndexQuery(
                    row.GetString(1),
                    encoder.EncodeQuery(row.GetString(0)),
                    null,
                    ReadOnlyDictionary<string, string>.Empty,
                    Limit),
                cancellationToken);
}
