using System.Diagnostics;
using Npgsql;
using RagAspire.Database;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Documents.Intake;

/// <summary>Stores documents: bytes and row in one transaction. A stored document waits for a worker.</summary>
public sealed class DocumentIntake(NpgsqlDataSource dataSource, AuditLog audit)
{
    /// <summary>Stores a new document, or finds the one of the same collection and groups with the same bytes.</summary>
    /// <param name="check">Looks at a document with the same external id before it changes, and throws where it must not.</param>
    public async Task<IntakeResult> AcceptAsync(
        UploadedFile file,
        string collection,
        IReadOnlyDictionary<string, string> tags,
        string actor,
        CancellationToken cancellationToken,
        Action<Document>? check = null)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var document = await connection.Command($"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, tags, uploaded_by, trace_parent, external_id,
                groups, metadata)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb)
            on conflict do nothing
            returning {DocumentRows.Columns}
            """,
            Guid.CreateVersion7(),
            collection,
            file.Name,
            file.ContentType,
            file.SizeBytes,
            file.Sha256,
            Commands.Jsonb(tags),
            file.UploadedBy,
            Activity.Current?.Id,
            file.ExternalId,
            file.GroupsWhenNew,
            (file.Metadata ?? DocumentMetadata.Empty).Json)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (document is null)
        {
            if (await ExistingAsync(connection, collection, file.Sha256, file.GroupsWhenNew, cancellationToken) is { } existing)
            {
                return await KeepAsync(new Change(connection, transaction, existing, file, tags, actor), cancellationToken);
            }

            // It was deleted meanwhile, or another call was faster with the same external id.
            await transaction.RollbackAsync(cancellationToken);
            return file.ExternalId is { } externalId
                ? await PutAsync(externalId, file, collection, tags, actor, cancellationToken, check)
                : await AcceptAsync(file, collection, tags, actor, cancellationToken);
        }

        await DocumentContents.InsertAsync(connection, document.Id, document.Version, file.Path, cancellationToken);
        await DocumentSources.SetAsync(connection, document, file.Source, cancellationToken);
        await audit.WriteAsync(connection, Entry(actor, "document.upload", document), cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return new IntakeResult(document with { Source = file.Source }, IsNew: true);
    }

    /// <summary>Stores the next version; the previous one is searched until it is ready.</summary>
    /// <param name="tags">Replace those of the version before; none keep them.</param>
    /// <param name="check">Looks at the document before it changes, and throws where it must not.</param>
    /// <returns>Null when there is no such document.</returns>
    /// <exception cref="DuplicateContentException">Another document of the collection has these bytes.</exception>
    /// <exception cref="AttachedDocumentException">It was inside another.</exception>
    public async Task<IntakeResult?> ReplaceAsync(
        Guid id, UploadedFile file, IReadOnlyDictionary<string, string> tags, string actor, CancellationToken cancellationToken,
        Action<Document>? check = null)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await ChangedDocument.LockAsync(connection, id, check, cancellationToken);
        if (current is null)
        {
            return null;
        }

        if (!DocumentSources.MayChange(current, file.Source))
        {
            return new IntakeResult(current with { Changed = [] }, IsNew: false);
        }

        var change = new Change(connection, transaction, current, file, tags, actor);
        var other = await ExistingAsync(connection, current.Collection, file.Sha256, change.Groups, cancellationToken);
        if (other is not null && other.Id != id)
        {
            throw new DuplicateContentException(other.Id);
        }

        return current.Sha256 == Convert.ToHexStringLower(file.Sha256)
            ? await KeepAsync(change, cancellationToken)
            : await AddVersionAsync(change, cancellationToken);
    }

    /// <summary>
    /// Stores a document under the id that it has in the client's system: the next version where there is one, else a new
    /// document. A document with the same bytes that has no such id yet gets it.
    /// </summary>
    /// <param name="check">Looks at the document before it changes, and throws where it must not.</param>
    /// <exception cref="DuplicateContentException">Another document of the collection has these bytes.</exception>
    public async Task<IntakeResult> PutAsync(
        string externalId, UploadedFile file, string collection, IReadOnlyDictionary<string, string> tags, string actor,
        CancellationToken cancellationToken, Action<Document>? check = null)
    {
        file = file with { ExternalId = externalId };
        try
        {
            return await PutOnceAsync(externalId, file, collection, tags, actor, check, cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another call was faster with the same id, and its document is there now.
            return await PutOnceAsync(externalId, file, collection, tags, actor, check, cancellationToken);
        }
    }

    private async Task<IntakeResult> PutOnceAsync(
        string externalId, UploadedFile file, string collection, IReadOnlyDictionary<string, string> tags, string actor,
        Action<Document>? check, CancellationToken cancellationToken)
    {
        var id = await dataSource.Command(
            "select id from documents where collection = $1 and external_id = $2", collection, externalId)
            .ScalarAsync<Guid?>(cancellationToken);
        return id is { } known && await ReplaceAsync(known, file, tags, actor, cancellationToken, check) is { } replaced
            ? replaced
            : await AcceptAsync(file, collection, tags, actor, cancellationToken, check);
    }

    /// <summary>
    /// Takes the name and the labels of bytes that are stored already. The type may depend on the name; then they are read anew.
    /// </summary>
    private async Task<IntakeResult> KeepAsync(Change change, CancellationToken cancellationToken)
    {
        var (connection, _, current, file, _, actor) = change;
        if (!DocumentSources.MayChange(current, file.Source))
        {
            return new IntakeResult(current with { Changed = [] }, IsNew: false);
        }

        if (file.ExternalId is not null && current.ExternalId is not null && file.ExternalId != current.ExternalId)
        {
            throw new DuplicateContentException(current.Id);
        }

        if (file.ContentType != current.ContentType)
        {
            return await AddVersionAsync(change, cancellationToken);
        }

        string[] changed = [.. Changed(current, file, change.Tags)];
        await DocumentSources.SetAsync(connection, current, file.Source, cancellationToken);
        if (changed.Length == 0)
        {
            // Also where nothing was written: the earlier upload may still wait for a synchronous standby.
            await change.Transaction.CommitConfirmedAsync(cancellationToken);
            return new IntakeResult(current with { Changed = [], Source = file.Source }, IsNew: false);
        }

        var document = await connection.Command($"""
            update documents set name = $2, tags = $3, external_id = coalesce(external_id, $4), groups = $5,
                metadata = coalesce(properties || $6::jsonb, metadata), updated_at = now()
            where id = $1 returning {DocumentRows.Columns}
            """, current.Id, file.Name, Commands.Jsonb(change.Tags), file.ExternalId, change.Groups, file.Metadata?.Json)
            .FirstAsync(DocumentRows.Read, cancellationToken);

        await ChangedDocument.ShowLabelsAsync(connection, current, cancellationToken);
        var entry = new AuditEntry(actor, "document.update", $"{current.Id}", current.Collection)
        {
            Details = new Dictionary<string, string> { ["changed"] = string.Join(", ", changed) },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
        await change.Transaction.CommitConfirmedAsync(cancellationToken);
        return new IntakeResult(document! with { Changed = changed, Source = file.Source }, IsNew: false);
    }

    private async Task<IntakeResult> AddVersionAsync(Change change, CancellationToken cancellationToken)
    {
        var (connection, transaction, current, file, _, actor) = change;
        var document = await connection.Command($"""
            update documents set name = $2, content_type = $3, size_bytes = $4, sha256 = $5, version = version + 1,
                status = 'pending', stage = null, progress = 0, attempts = 0, error = null, claim_id = null,
                claimed_until = null, due_at = now(), updated_at = now(), uploaded_by = $6, tags = $7, trace_parent = $8,
                external_id = coalesce(external_id, $9), groups = $10,
                metadata = coalesce(properties || $11::jsonb, metadata)
            where id = $1
            returning {DocumentRows.Columns}
            """,
            current.Id,
            file.Name,
            file.ContentType,
            file.SizeBytes,
            file.Sha256,
            file.UploadedBy,
            Commands.Jsonb(change.Tags),
            Activity.Current?.Id,
            file.ExternalId,
            change.Groups,
            file.Metadata?.Json)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        await DocumentContents.InsertAsync(connection, current.Id, document!.Version, file.Path, cancellationToken);
        await DocumentSources.SetAsync(connection, current, file.Source, cancellationToken);
        if (Changed(current, file, change.Tags).Any(what => what is not "externalId"))
        {
            // The version before is searched for a while, and its labels are those of the document.
            await ChangedDocument.ShowLabelsAsync(connection, current, cancellationToken);
        }

        await audit.WriteAsync(connection, Entry(actor, "document.replace", document), cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return new IntakeResult(document with { Source = file.Source }, IsNew: true);
    }

    private static IEnumerable<string> Changed(Document current, UploadedFile file, IReadOnlyDictionary<string, string> tags)
    {
        if (file.ExternalId is not null && current.ExternalId is null)
        {
            yield return "externalId";
        }

        foreach (var label in new LabelChange(file.Name, tags, file.Metadata).Of(current))
        {
            yield return label;
        }

        if (file.Groups is { } groups && !groups.SequenceEqual(current.Groups))
        {
            yield return "groups";
        }
    }

    private static async Task<Document?> ExistingAsync(
        NpgsqlConnection connection, string collection, byte[] sha256, string[] groups, CancellationToken cancellationToken) =>
        await connection.Command($"""
            select {DocumentRows.Columns} from documents
            where collection = $1 and sha256 = $2 and groups = $3 and parent_id is null for update
            """, collection, sha256, groups)
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

    /// <summary>An upload for a document that is there, whose row is locked.</summary>
    private sealed record Change(
        NpgsqlConnection Connection,
        NpgsqlTransaction Transaction,
        Document Current,
        UploadedFile File,
        IReadOnlyDictionary<string, string> Given,
        string Actor)
    {
        /// <summary>The given tags, or those that the document has.</summary>
        public IReadOnlyDictionary<string, string> Tags => Given.Count == 0 ? Current.Tags : Given;

        /// <summary>The given groups, or those that the document has.</summary>
        public string[] Groups => File.Groups ?? [.. Current.Groups];
    }
}
