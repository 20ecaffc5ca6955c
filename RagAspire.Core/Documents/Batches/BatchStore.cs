using System.Runtime.CompilerServices;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Batches;

/// <summary>Rows of <c>document_batches</c>: which files came in one request, and what became of them.</summary>
public sealed class BatchStore(NpgsqlDataSource dataSource)
{
    private const int PageSize = 500;
    private const int MaxReasons = 100;

    /// <param name="keyId">The API key that sends it.</param>
    public async Task BeginAsync(Guid id, string collection, string keyId, CancellationToken cancellationToken) =>
        await dataSource.Command("insert into document_batches (id, collection, key_id) values ($1, $2, $3)", id, collection, keyId)
            .ExecuteAsync(cancellationToken);

    public async Task AddAsync(Guid id, int ordinal, BatchFile file, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            insert into document_batch_files (batch_id, ordinal, name, outcome, status_code, reason, document_id)
            values ($1, $2, $3, $4, $5, $6, $7)
            """, id, ordinal, file.Name, file.Outcome.Word(), file.Code, file.Reason, file.DocumentId)
            .ExecuteAsync(cancellationToken);

    /// <param name="error">Why the rest could not be read; null where all was.</param>
    public async Task EndAsync(Guid id, string? error, CancellationToken cancellationToken) =>
        await dataSource.Command("update document_batches set ended_at = now(), error = $2 where id = $1", id, error)
            .ExecuteAsync(cancellationToken);

    /// <summary>The files in their order. A slow reader holds a page and no connection.</summary>
    public async IAsyncEnumerable<BatchFile> FilesAsync(Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var next = 0; ;)
        {
            var page = await dataSource.Command("""
                select name, outcome, status_code, reason, document_id from document_batch_files
                where batch_id = $1 and ordinal >= $2 order by ordinal limit $3
                """, id, next, PageSize).ListAsync(
                row => new BatchFile(
                    row.GetString(0),
                    EnumWords.Read<BatchOutcome>(row.GetString(1)),
                    row.GetInt32(2),
                    row.Nullable<string>("reason"),
                    row.Nullable<Guid?>("document_id")),
                cancellationToken);
            foreach (var file in page)
            {
                yield return file;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            next += page.Count;
        }
    }

    /// <summary>A batch with its counts now; null when there is none.</summary>
    public async Task<DocumentBatch?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        var batch = await dataSource.Command("""
            select id, collection, key_id, created_at, ended_at, error,
                (select count(*)::int from document_batch_files where batch_id = $1) as files
            from document_batches where id = $1
            """, id).FirstAsync(
            row => new DocumentBatch(
                row.Field<Guid>("id"),
                row.Field<string>("collection"),
                row.Field<DateTimeOffset>("created_at"),
                row.Nullable<DateTimeOffset?>("ended_at"),
                row.Nullable<string>("error"),
                row.Field<int>("files"))
            {
                KeyId = row.Nullable<string>("key_id"),
            },
            cancellationToken);
        return batch is null ? null : batch with
        {
            Statuses = await StatusesAsync(id, cancellationToken),
            Reasons = await ReasonsAsync(id, cancellationToken),
        };
    }

    private async Task<Dictionary<string, int>> StatusesAsync(Guid id, CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select case when f.outcome = 'rejected' then 'rejected' else coalesce(d.status, 'deleted') end, count(*)::int
            from document_batch_files f left join documents d on d.id = f.document_id
            where f.batch_id = $1 group by 1 order by 1
            """, id).ListAsync(row => (Status: row.GetString(0), Count: row.GetInt32(1)), cancellationToken))
            .ToDictionary(row => row.Status, row => row.Count);

    private async Task<IReadOnlyList<BatchReason>> ReasonsAsync(Guid id, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select case when f.outcome = 'rejected' then f.reason else d.error end as reason, count(*)::int
            from document_batch_files f left join documents d on d.id = f.document_id
            where f.batch_id = $1 and (f.outcome = 'rejected' or d.status = 'failed') and coalesce(f.reason, d.error) is not null
            group by 1 order by 2 desc, 1 limit $2
            """, id, MaxReasons).ListAsync(row => new BatchReason(row.GetString(0), row.GetInt32(1)), cancellationToken);
}
