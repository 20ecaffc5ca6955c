using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Sync;

/// <summary>Removes the points of a document that no search may find any more.</summary>
public sealed class StalePoints(NpgsqlDataSource dataSource, IVectorIndex index)
{
    /// <summary>
    /// Removes all points of deleted documents, and of others those of versions before the searched one. Points of a document
    /// without a searched version stay: its first version may be written at this moment.
    /// </summary>
    public async Task RemoveAsync(Guid[] documents, CancellationToken cancellationToken)
    {
        var versions = await dataSource.Command("""
            select n.id, d.ready_version from unnest($1::uuid[]) n(id) left join documents d on d.id = n.id
            where d.id is null or d.ready_version is not null
            """, (object)documents)
            .ListAsync(row => (Id: row.GetGuid(0), Version: row.Nullable<int?>("ready_version")), cancellationToken);
        foreach (var (id, version) in versions)
        {
            await index.RemoveAsync(id, version, cancellationToken);
        }
    }
}
