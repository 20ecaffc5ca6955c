using Npgsql;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>Retries many failed documents at once.</summary>
public sealed class FailedDocuments(NpgsqlDataSource dataSource, AuditLog audit)
{
    private const int PageSize = 500;

    /// <summary>
    /// Makes the failed documents of a collection wait for processing again, page by page, so that a call that ends early has
    /// done a part.
    /// </summary>
    /// <param name="groups">Only documents of these groups and those without groups; null for all documents.</param>
    /// <param name="reason">A part of the error, in any case of letters; null for all failed documents.</param>
    /// <returns>How many there were.</returns>
    public async Task<int> RetryAsync(
        string collection, IReadOnlyList<string>? groups, string? reason, string actor, CancellationToken cancellationToken)
    {
        var (retried, last) = (0, Guid.Empty);
        while (true)
        {
            var page = await RetryPageAsync(collection, groups, reason, last, actor, cancellationToken);
            retried += page.Count;
            if (page.Count < PageSize)
            {
                return retried;
            }

            last = page.Max();
        }
    }

    private async Task<List<Guid>> RetryPageAsync(
        string collection, IReadOnlyList<string>? groups, string? reason, Guid last, string actor,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var page = await connection.Command("""
            update documents set status = 'pending', stage = null, progress = 0, attempts = 0, error = null, updated_at = now(),
                due_at = now()
            where id in (
                select id from documents
                where collection = $1 and status = 'failed' and id > $3
                    and ($2::text is null or position(lower($2) in lower(error)) > 0)
                    and ($5::text[] is null or cardinality(groups) = 0 or groups && $5)
                order by id limit $4 for update)
            returning id
            """, collection, reason, last, PageSize, groups?.ToArray()).ListAsync(row => row.GetGuid(0), cancellationToken);
        foreach (var id in page)
        {
            await audit.WriteAsync(connection, new AuditEntry(actor, "document.retry", $"{id}", collection), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return page;
    }
}
