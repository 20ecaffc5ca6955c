using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>Changes who sees a document.</summary>
public sealed class DocumentGroups(NpgsqlDataSource dataSource, AuditLog audit)
{
    /// <summary>
    /// Sets the groups and appends the change that makes results in caches invalid and the index follow. PostgreSQL holds
    /// what a search may return to the new groups from the commit on. Documents that were inside of it follow.
    /// </summary>
    /// <param name="groups">Distinct and in order; empty for everyone who may read the collection.</param>
    /// <param name="check">Looks at the document before it changes, and throws where it must not.</param>
    /// <returns>Null when there is no such document.</returns>
    /// <exception cref="AttachedDocumentException">It was inside another, whose groups it has.</exception>
    /// <exception cref="DuplicateContentException">The groups see another document with the same bytes.</exception>
    public async Task<Document?> SetAsync(
        Guid id, string[] groups, string actor, Action<Document> check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(check);
        try
        {
            return await SetOnceAsync(id, groups, actor, check, cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another call has shown the same bytes to these groups meanwhile: now they are found.
            return await SetOnceAsync(id, groups, actor, check, cancellationToken);
        }
    }

    private async Task<Document?> SetOnceAsync(
        Guid id, string[] groups, string actor, Action<Document> check, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await ChangedDocument.LockAsync(connection, id, check, cancellationToken);
        if (current is null)
        {
            return null;
        }

        if (groups.SequenceEqual(current.Groups))
        {
            return current;
        }

        var other = await connection.Command(
            "select id from documents where collection = $1 and sha256 = $2 and groups = $3 and parent_id is null",
            current.Collection, Convert.FromHexString(current.Sha256), groups).ScalarAsync<Guid?>(cancellationToken);
        if (other is { } same)
        {
            throw new DuplicateContentException(same);
        }

        await connection.Command("update documents set groups = $2, updated_at = now() where id = $1", id, groups)
            .ExecuteAsync(cancellationToken);
        await ChangedDocument.ShowLabelsAsync(connection, current, cancellationToken);
        var entry = new AuditEntry(actor, "document.groups", $"{id}", current.Collection)
        {
            Details = new Dictionary<string, string>
            {
                ["before"] = string.Join(", ", current.Groups),
                ["after"] = string.Join(", ", groups),
            },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return current with { Groups = groups };
    }
}
