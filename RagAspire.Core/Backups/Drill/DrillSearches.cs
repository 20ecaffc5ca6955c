using Npgsql;
using RagAspire.Database;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Sync;

namespace RagAspire.Backups.Drill;

/// <summary>What a comparison of searches came to.</summary>
/// <param name="Compared">Searches of which at least one hit is in both.</param>
/// <param name="Skipped">Why nothing was compared; null when something was.</param>
public sealed record SearchComparison(int Compared, int Agreed, string? Skipped);

/// <summary>
/// Searches restored data as the live system is searched: an index is filled from it, and questions that were asked as well
/// as passages drawn from it are looked for in both. Documents that have changed since are left out of the comparison.
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

        using var then = await drillIndex.FillAsync(restored, cancellationToken);
        if (then is null)
        {
            return new SearchComparison(0, 0, "there are more passages than Backups:DrillIndexLimit");
        }

        var (compared, agreed) = (0, 0);
        foreach (var query in then.Queries.Where(query => query.Terms!.Indices.Length > 0))
        {
            var agrees = await AgreesAsync(query, then.Index, restored, cancellationToken);
            compared += agrees is null ? 0 : 1;
            agreed += agrees == true ? 1 : 0;
        }

        return new SearchComparison(compared, agreed, compared == 0 ? "there is nothing to search" : null);
    }

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
        [.. await database.Command("select id from searchable_chunks where id = any ($1)", ids).ListAsync(row => row.GetGuid(0), cancellationToken)];
}
