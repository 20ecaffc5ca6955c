using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Sync;

namespace RagAspire.Backups.Drill;

/// <summary>The result of comparing searches.</summary>
/// <param name="Compared">The number of searches with at least one hit that is in both databases.</param>
/// <param name="Agreed">The number of those that found the same.</param>
/// <param name="Skipped">Why nothing was compared; null when something was.</param>
public sealed record SearchComparison(int Compared, int Agreed, string? Skipped);

/// <summary>
/// Compares searches in the restored data with searches in the live index. Documents that changed since the backup are left
/// out of the comparison.
/// </summary>
public sealed class DrillSearches(
    NpgsqlDataSource live, IVectorIndex index, IndexGeneration generation, DrillIndex drillIndex)
{
    private const int LiveHits = 5;
    private const int RestoredHits = 10;

    public async Task<SearchComparison> CompareAsync(NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        if (!generation.IsLoaded)
        {
            return new SearchComparison(0, 0, "this process has no index to compare with");
        }

        using var filled = await drillIndex.FillAsync(restored, cancellationToken);
        if (filled is null)
        {
            return new SearchComparison(0, 0, "there are more chunks than Backups:DrillIndexLimit");
        }

        var (compared, agreed) = (0, 0);
        foreach (var query in filled.Queries.Where(query => query.Terms!.Indices.Length > 0))
        {
            var agrees = await AgreesAsync(query, filled.Index, restored, cancellationToken);
            compared += agrees is null ? 0 : 1;
            agreed += agrees == true ? 1 : 0;
        }

        return new SearchComparison(compared, agreed, compared == 0 ? "there is nothing to search" : null);
    }

    /// <summary>
    /// Whether the first live hits are among the first restored ones. Ranks may shift a little, because documents that came
    /// since change the frequencies of terms.
    /// </summary>
    /// <returns>Null without a hit to compare.</returns>
    private async Task<bool?> AgreesAsync(
        IndexQuery query, InProcessVectorIndex restoredIndex, NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var liveHits = await InBothAsync(await index.SearchAsync(query, cancellationToken), restored, cancellationToken);
        var restoredHits = await InBothAsync(
            await restoredIndex.SearchAsync(query, cancellationToken), restored, cancellationToken);
        var expected = liveHits.Take(LiveHits).ToList();
        return expected.Count == 0 ? null : expected.All(restoredHits.Take(RestoredHits).Contains);
    }

    /// <summary>The chunks among the hits that are searchable in both databases, in the order of the hits.</summary>
    private async Task<IReadOnlyList<Guid>> InBothAsync(
        IReadOnlyList<IndexHit> hits, NpgsqlDataSource restored, CancellationToken cancellationToken)
    {
        var ids = hits.Select(hit => hit.ChunkId).ToArray();
        var known = await SearchableAsync(live, ids, cancellationToken);
        known.IntersectWith(await SearchableAsync(restored, ids, cancellationToken));
        return [.. ids.Where(known.Contains)];
    }

    private static async Task<HashSet<Guid>> SearchableAsync(
        NpgsqlDataSource database, Guid[] ids, CancellationToken cancellationToken) =>
        [.. await database.Command("select id from searchable_chunks where id = any ($1)", ids)
            .ListAsync(row => row.GetGuid(0), cancellationToken)];
}
