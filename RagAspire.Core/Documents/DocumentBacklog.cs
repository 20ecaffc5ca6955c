using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents;

/// <summary>The documents that are not processed yet.</summary>
/// <param name="OldestSeconds">Since the oldest of them was uploaded; 0 when there is none.</param>
public sealed record UnfinishedDocuments(long Pending, long Processing, double OldestSeconds);

/// <summary>Counts the documents that wait or are processed, of all collections.</summary>
public sealed class DocumentBacklog(NpgsqlDataSource dataSource)
{
    public async Task<UnfinishedDocuments> CountAsync(CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select count(*) filter (where d.status = 'pending'), count(*) filter (where d.status = 'processing'),
                coalesce(extract(epoch from now() - min(c.created_at)), 0)::float8
            from documents d join document_contents c on c.document_id = d.id and c.version = d.version
            where d.status in ('pending', 'processing')
            """).FirstAsync(
            row => new UnfinishedDocuments(row.GetInt64(0), row.GetInt64(1), row.GetDouble(2)), cancellationToken))!;
}
