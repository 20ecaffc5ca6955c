using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Maintenance.Tasks.Index;

/// <summary>
/// Compares one index with PostgreSQL: every searchable chunk must have its point, and every point its chunk. Differences are
/// repaired from the stored vectors; nothing is embedded again.
/// </summary>
public sealed class Reconciler(
    NpgsqlDataSource dataSource, EmbeddingStore embeddings, IVectorIndex index, DocumentChanges changes, TimeProvider time)
{
    private const int Page = 500;

    /// <summary>Repairs the differences, or with <paramref name="everything"/> writes every point again.</summary>
    /// <param name="progress">Receives done, total and the current step.</param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be reached.</exception>
    public async Task<TaskReport> RunAsync(
        bool dryRun, bool everything, Action<long, long, string> progress, CancellationToken cancellationToken)
    {
        var report = new ReportBuilder();
        progress(0, 100, "reading the index");
        var indexed = await IndexedAsync(cancellationToken);
        report.Before("index.points", indexed.Count);
        progress(20, 100, "reading the chunks");
        var chunks = await ChunksAsync(cancellationToken);
        report.Before("database.chunks", chunks.Count);
        report.Examined = chunks.Count + indexed.Keys.Count(id => !chunks.ContainsKey(id));

        var missing = chunks.Where(chunk =>
            everything || !indexed.TryGetValue(chunk.Key, out var hasDense) || (chunk.Value.HasDense && !hasDense)).ToList();
        var foreign = await ForeignAsync(indexed.Keys.Where(id => !chunks.ContainsKey(id)).ToList(), cancellationToken);
        if (!dryRun)
        {
            progress(40, 100, "adding missing points");
            var documents = missing.Select(chunk => chunk.Value.DocumentId).Distinct().ToList();
            await AddAsync(documents, [.. missing.Select(chunk => chunk.Key)], progress, cancellationToken);
            progress(90, 100, "removing foreign points");
            foreach (var page in foreign.Chunk(Page))
            {
                await index.RemoveChunksAsync(page, cancellationToken);
            }
        }

        report.Changed = missing.Count + foreign.Count;
        report.After("index.points", (await index.StatusAsync(cancellationToken)).Points);
        report.After("database.chunks", chunks.Count);
        report.After("missing", missing.Count);
        report.After("foreign", foreign.Count);
        var (state, dry) = (everything ? "rewritten" : "were missing", dryRun ? "; nothing was changed" : "");
        report.Note(FormattableString.Invariant(
            $"{index.Name}: {missing.Count:N0} points {state}, {foreign.Count:N0} belonged to no chunk{dry}."));
        return report.Build();
    }

    private async Task<Dictionary<Guid, bool>> IndexedAsync(CancellationToken cancellationToken)
    {
        var indexed = new Dictionary<Guid, bool>();
        await foreach (var page in index.ScanAsync(cancellationToken))
        {
            foreach (var chunk in page)
            {
                indexed[chunk.ChunkId] = chunk.HasDense;
            }
        }

        return indexed;
    }

    private async Task<Dictionary<Guid, Stored>> ChunksAsync(CancellationToken cancellationToken)
    {
        var chunks = new Dictionary<Guid, Stored>();
        await foreach (var chunk in embeddings.ReadyChunksAsync(cancellationToken))
        {
            chunks[chunk.ChunkId] = new Stored(chunk.DocumentId, chunk.HasDense);
        }

        return chunks;
    }

    /// <summary>
    /// The points that belong to no chunk at all. Points of a version that is being built have a chunk, and so have those that
    /// became searchable after the chunks were read.
    /// </summary>
    private async Task<List<Guid>> ForeignAsync(List<Guid> candidates, CancellationToken cancellationToken)
    {
        var foreign = new List<Guid>();
        foreach (var page in candidates.Chunk(Page))
        {
            var known = await dataSource.Command("""
                select c.id from chunks c join documents d on d.id = c.document_id
                where c.id = any($1) and (d.ready_version is null or c.version >= d.ready_version)
                """, (object)page).ListAsync(row => row.GetGuid(0), cancellationToken);
            foreign.AddRange(page.Except(known));
        }

        return foreign;
    }

    private async Task AddAsync(
        List<Guid> documents, HashSet<Guid> missing, Action<long, long, string> progress, CancellationToken cancellationToken)
    {
        for (var i = 0; i < documents.Count; i++)
        {
            var startedAt = time.GetTimestamp();
            if (await changes.ReadyVersionAsync(documents[i], cancellationToken) is not { } version)
            {
                continue;
            }

            var points = await embeddings.PointsAsync(documents[i], version, cancellationToken);
            foreach (var page in points.Where(point => missing.Contains(point.ChunkId)).Chunk(Page))
            {
                await index.UpsertAsync(page, cancellationToken);
            }

            // The document may have been replaced or deleted since the scan.
            var now = await changes.ReadyVersionAsync(documents[i], cancellationToken);
            if (now != version)
            {
                await index.RemoveAsync(documents[i], now, cancellationToken);
            }

            progress(40 + (50 * (i + 1) / documents.Count), 100, "adding missing points");

            // Searches need the processor too, and every process with an index reconciles at the same time.
            await Throttle.PauseAsync(startedAt, 3, time, cancellationToken);
        }
    }

    private sealed record Stored(Guid DocumentId, bool HasDense);
}
