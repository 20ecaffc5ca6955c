using Microsoft.Extensions.Options;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Diagnosis.VectorIndex;

/// <summary>Compares what indexes hold with what PostgreSQL says is searchable.</summary>
public sealed class IndexComparison(DatabaseReader database, IOptions<IndexDiagnosisOptions> options)
{
    private const string Searchable = "select count(*) from searchable_chunks";

    /// <summary>The chunks that an index must hold.</summary>
    /// <exception cref="ProbeException">The database cannot be asked.</exception>
    public Task<long> SearchableAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(session => session.ScalarAsync<long>(Searchable, cancellationToken), cancellationToken);

    /// <summary>The indexes of the processes that have reported in the last minute.</summary>
    /// <exception cref="ProbeException">The database cannot be asked.</exception>
    public async Task<IReadOnlyList<Observation>> ReplicasAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        var (searchable, replicas) = await database.ReadAsync(
            async session => (
                await session.ScalarAsync<long>(Searchable, cancellationToken),
                await session.ListAsync(
                    """
                    select name, points from index_replicas
                    where seen_at > now() - interval '1 minute' and index_name = 'in-process' order by name
                    """,
                    row => (Name: row.GetString(0), Points: row.GetInt64(1)), cancellationToken)),
            cancellationToken);
        return [.. replicas.SelectMany(replica => Compare(
            replica.Points, searchable, replica.Name, $"select points from index_replicas where name = '{replica.Name}' order by seen_at desc",
            window))];
    }

    /// <param name="query">Gives the number of points again.</param>
    public IEnumerable<Observation> Compare(long points, long searchable, string index, string query, DiagnosisWindow window)
    {
        window.Figures.Add(new Figure("vector index", "points", index, points, searchable, "", query));
        var allowed = Math.Max(options.Value.DifferencePoints, (long)(searchable * options.Value.Difference));
        if (points == 0 && searchable > allowed)
        {
            yield return new Observation(
                IndexCodes.NotLoaded, $"The index of {index} is empty, and PostgreSQL has {searchable} searchable chunks.",
                [new Evidence(query, "0 points", Quantity.Count(searchable, "points"))])
            {
                Subject = index,
            };
        }
        else if (Math.Abs(points - searchable) > allowed)
        {
            yield return new Observation(
                IndexCodes.OutOfStep, $"The index of {index} holds {points} points, and PostgreSQL has {searchable} searchable chunks.",
                [
                    new Evidence(query, Quantity.Count(points, "points"), Quantity.Count(allowed, "points of difference")),
                    new Evidence(Searchable, Quantity.Count(searchable, "chunks")),
                ])
            {
                Subject = index,
            };
        }
    }
}
