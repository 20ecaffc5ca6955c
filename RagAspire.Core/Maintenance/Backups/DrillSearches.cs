using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Maintenance.Backups;

/// <summary>What a comparison of searches came to.</summary>
/// <param name="Compared">Searches of which at least one hit is in both.</param>
/// <param name="Skipped">Why nothing was compared; null when something was.</param>
public sealed record SearchComparison(int Compared, int Agreed, string? Skipped);

/// <summary>
/// Searches restored data as the live system is searched: an index is filled from it, and questions that were asked as well
/// as passages drawn from it are looked for in both. Documents that have changed since are left out of the comparison.
/// </summary>
public sealed class DrillSearches(
    NpgsqlDataSource live, IVectorIndex index, IndexGeneration generation, Bm25Encoder encoder, IOptions<BackupOptions> options)
{
    private const int Asked = 50;
    private const int LiveHits = 5;
    private const int RestoredHits = 10;
    private const int Batch = 1000;
    private static readonly Dictionary<string, string> NoTags = [];

    public async Task<SearchComparison> CompareAsync(NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        if (!generation.IsLoaded)
        {
            return new SearchComparison(0, 0, "this process has no index to compare with");
        }

        var passages = await restored.Command("select count(*) from embeddings").ScalarAsync<long>(cancellationToken);
        if (passages > options.Value.DrillIndexLimit)
        {
            return new SearchComparison(0, 0, $"{passages} passages are more than Backups:DrillIndexLimit");
        }

        var queries = await QuestionsAsync(restored, cancellationToken);
        using var filled = await FillAsync(restored, passages, queries, cancellationToken);
        var (compared, agreed) = (0, 0);
        foreach (var query in queries.Where(query => query.Terms!.Indices.Length > 0))
        {
            var agrees = await AgreesAsync(query, filled, restored, cancellationToken);
            compared += agrees is null ? 0 : 1;
            agreed += agrees == true ? 1 : 0;
        }

        return new SearchComparison(compared, agreed, compared == 0 ? "there is nothing to search" : null);
    }

    /// <summary>Fills an index with all passages, and takes some of them, evenly, as queries.</summary>
    private async Task<InProcessVectorIndex> FillAsync(
        NpgsqlDataSource restored, long passages, List<IndexQuery> queries, CancellationToken cancellationToken)
    {
        var filled = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
        var batch = new List<IndexPoint>(Batch);
        var each = Math.Max(1, passages / Math.Max(1, options.Value.DrillSearches - queries.Count));
        var count = 0L;
        await foreach (var point in new EmbeddingStore(restored).ReadyPointsAsync(cancellationToken))
        {
            if (count++ % each == 0 && queries.Count < options.Value.DrillSearches)
            {
                queries.Add(new IndexQuery(point.Collection, point.Terms, point.Dense, NoTags, Asked));
            }

            batch.Add(point);
            if (batch.Count == Batch)
            {
                await filled.UpsertAsync(batch, cancellationToken);
                batch = new List<IndexPoint>(Batch);
            }
        }

        await filled.UpsertAsync(batch, cancellationToken);
        filled.Open();
        return filled;
    }

    private async Task<List<IndexQuery>> QuestionsAsync(NpgsqlDataSource restored, CancellationToken cancellationToken) =>
        await restored.Command("""
            select question, collection from (
                select distinct on (question, collection) question, collection, created_at from answers order by question, collection, created_at desc) asked
            order by created_at desc limit $1
            """, options.Value.DrillSearches / 2).ListAsync(
            row => new IndexQuery(row.GetString(1), encoder.Encode(row.GetString(0)), null, NoTags, Asked), cancellationToken);

    // Whatever came since may stand between the hits and changes how rare words are, so that places may shift a little.
    private async Task<bool?> AgreesAsync(
        IndexQuery query, InProcessVectorIndex filled, NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var now = await InBothAsync(await index.SearchAsync(query, cancellationToken), restored, cancellationToken);
        var then = await InBothAsync(await filled.SearchAsync(query, cancellationToken), restored, cancellationToken);
        var wanted = now.Take(LiveHits).ToList();
        return wanted.Count == 0 ? null : wanted.All(then.Take(RestoredHits).Contains);
    }

    /// <summary>The hits that are searchable in both databases, in order; a passage's id changes with its document.</summary>
    private async Task<IReadOnlyList<Guid>> InBothAsync(
        IReadOnlyList<IndexHit> hits, NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var ids = hits.Select(hit => hit.ChunkId).ToArray();
        var known = await SearchableAsync(live, ids, cancellationToken);
        known.IntersectWith(await SearchableAsync(restored, ids, cancellationToken));
        return [.. ids.Where(known.Contains)];
    }

    private static async Task<HashSet<Guid>> SearchableAsync(NpgsqlDataSource database, Guid[] ids, CancellationToken cancellationToken) =>
        [.. await database.Command("""
            select c.id from chunks c join documents d on d.id = c.document_id and d.ready_version = c.version where c.id = any ($1)
            """, ids).ListAsync(row => row.GetGuid(0), cancellationToken)];
}
