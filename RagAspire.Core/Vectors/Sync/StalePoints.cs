using Npgsql;
using RagAspire.Database;

namespace RagAspire.Vectors.Sync;

/// <summary>Removes the points of a document that no search may find any more.</summary>
public sealed class StalePoints(NpgsqlDataSource dataSource, IVectorIndex index)
{
    /// <summary>
    /// Removes all points of a deleted document, or those of versions before the searched one. Points of a document without a
    /// searched version stay: its first version may be written at this moment.
    /// </summary>
    public async Task RemoveAsync(Guid documentId, CancellationToken cancellationToken)
    {
        var versions = await dataSource.Command("select ready_version from documents where id = $1", documentId)
            .ListAsync(row => row.Nullable<int?>("ready_version"), cancellationToken);
        if (versions is not [null])
        {
            await index.RemoveAsync(documentId, versions.SingleOrDefault(), cancellationToken);
        }
    }
}
