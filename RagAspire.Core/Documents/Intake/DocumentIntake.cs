using Npgsql;
using RagAspire.Database;
using RagAspire.Security;

namespace RagAspire.Documents.Intake;

/// <summary>A completely received file on disk.</summary>
/// <param name="Path">A temporary file; its owner deletes it.</param>
/// <param name="ContentType">Detected from its content.</param>
public sealed record UploadedFile(string Path, string Name, string ContentType, long SizeBytes, byte[] Sha256);

/// <summary>The result of an upload.</summary>
/// <param name="IsNew">False when the same bytes were there already.</param>
public sealed record IntakeResult(Document Document, bool IsNew);

/// <summary>Another document of the collection has these bytes already.</summary>
public sealed class DuplicateContentException(Guid documentId)
    : Exception($"The document {documentId} of this collection has the same content.");

/// <summary>Stores documents: bytes and row in one transaction. Then it enqueues their ingestion.</summary>
public sealed class DocumentIntake(NpgsqlDataSource dataSource, AuditLog audit, IIngestionEnqueuer queue)
{
    /// <summary>Stores a new document, or finds the one of the same collection with the same bytes.</summary>
    public async Task<IntakeResult> AcceptAsync(
        UploadedFile file,
        string collection,
        IReadOnlyDictionary<string, string> tags,
        string actor,
        CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var document = await connection.Command($"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, tags)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (collection, sha256) do nothing
            returning {DocumentRows.Columns}
            """,
            Guid.CreateVersion7(), collection, file.Name, file.ContentType, file.SizeBytes, file.Sha256, Commands.Jsonb(tags))
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            await transaction.RollbackAsync(cancellationToken);
            return await ExistingAsync(connection, collection, file.Sha256, cancellationToken) is { } existing
                ? new IntakeResult(existing, IsNew: false)
                : await AcceptAsync(file, collection, tags, actor, cancellationToken);
        }

        await DocumentContents.InsertAsync(connection, document.Id, document.Version, file.Path, cancellationToken);
        await audit.WriteAsync(connection, Entry(actor, "document.upload", document), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        queue.Enqueue(document.Id);
        return new IntakeResult(document, IsNew: true);
    }

    /// <summary>Stores the next version; the previous one is searched until it is ready.</summary>
    /// <returns>Null when there is no such document.</returns>
    /// <exception cref="DuplicateContentException">Another document of the collection has these bytes.</exception>
    public async Task<IntakeResult?> ReplaceAsync(
        Guid id, UploadedFile file, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await connection.Command($"select {DocumentRows.Columns} from documents where id = $1 for update", id)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (current is null || current.Sha256 == Convert.ToHexStringLower(file.Sha256))
        {
            return current is null ? null : new IntakeResult(current, IsNew: false);
        }

        if (await ExistingAsync(connection, current.Collection, file.Sha256, cancellationToken) is { } other)
        {
            throw new DuplicateContentException(other.Id);
        }

        var document = await connection.Command($"""
            update documents set name = $2, content_type = $3, size_bytes = $4, sha256 = $5, version = version + 1,
                status = 'pending', stage = null, progress = 0, attempts = 0, error = null, claim_id = null,
                claimed_until = null, updated_at = now()
            where id = $1
            returning {DocumentRows.Columns}
            """, id, file.Name, file.ContentType, file.SizeBytes, file.Sha256)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        await DocumentContents.InsertAsync(connection, id, document!.Version, file.Path, cancellationToken);
        await audit.WriteAsync(connection, Entry(actor, "document.replace", document), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        queue.Enqueue(id);
        return new IntakeResult(document, IsNew: true);
    }

    private static async Task<Document?> ExistingAsync(
        NpgsqlConnection connection, string collection, byte[] sha256, CancellationToken cancellationToken) =>
        await connection.Command(
            $"select {DocumentRows.Columns} from documents where collection = $1 and sha256 = $2", collection, sha256)
            .FirstAsync(DocumentRows.Read, cancellationToken);

    private static AuditEntry Entry(string actor, string action, Document document) =>
        new(actor, action, document.Id.ToString(), document.Collection)
        {
            Details = new Dictionary<string, string>
            {
                ["version"] = document.Version.ToString(System.Globalization.CultureInfo.InvariantCulture),
                ["sha256"] = document.Sha256,
            },
        };
}
