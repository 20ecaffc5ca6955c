using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Backups.Drill;

/// <summary>An index over restored data, and what to ask it.</summary>
public sealed record FilledIndex(InProcessVectorIndex Index, IReadOnlyList<IndexQuery> Queries) : IDisposable
{
    public void Dispose() => Index.Dispose();
}

/// <summary>Fills an index from restored data as a starting system does, and draws queries from it.</summary>
public sealed class DrillIndex(Embedder embedder, Bm25Encoder encoder, IOptions<BackupOptions> options)
{
    private const int Asked = 50;
    private const int Batch = 500;
    private static readonly Dictionary<string, string> NoTags = [];

    /// <summary>Null where there are more passages than the options allow in memory.</summary>
    public async Task<FilledIndex?> FillAsync(NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var passages = await restored.Command("select count(*) from chunks").ScalarAsync<long>(cancellationToken);
        if (passages > options.Value.DrillIndexLimit)
        {
            return null;
        }

        var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
        var queries = await QuestionsAsync(restored, cancellationToken);
        var each = Math.Max(1, passages / Math.Max(1, options.Value.DrillSearches - queries.Count));
        var batch = new List<IndexPoint>(Batch);
        var count = 0L;
        await foreach (var point in new EmbeddingStore(restored, embedder).ReadyPointsAsync(cancellationToken))
        {
            if (count++ % each == 0 && queries.Count < options.Value.DrillSearches)
            {
                queries.Add(new IndexQuery(point.Collection, point.Terms, point.Dense, NoTags, Asked));
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
        return new FilledIndex(index, queries);
    }

    /// <summary>A starting system hurries; a drill rests as long as each batch took, because people search meanwhile.</summary>
    private static async Task AddAsync(InProcessVectorIndex index, List<IndexPoint> batch, CancellationToken cancellationToken)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        await index.UpsertAsync(batch, cancellationToken);
        await Throttle.PauseAsync(startedAt, 1, TimeProvider.System, cancellationToken);
    }

    /// <summary>What people asked last, by its words alone: no model is needed for that.</summary>
    private async Task<List<IndexQuery>> QuestionsAsync(NpgsqlDataSource restored, CancellationToken cancellationToken) =>
        await restored.Command("""
            select question, collection from (
                select distinct on (question, collection) question, collection, created_at
                from answers order by question, collection, created_at desc) asked
            order by created_at desc limit $1
            """, options.Value.DrillSearches / 2).ListAsync(
            row => new IndexQuery(row.GetString(1), encoder.Encode(row.GetString(0)), null, NoTags, Asked), cancellationToken);
}
