using System.Security.Cryptography;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Transfer;

/// <summary>What stands in the way of a document of an archive.</summary>
internal enum ImportState
{
    /// <summary>Its row is new, and waits.</summary>
    New,

    /// <summary>An import that was broken off has left it waiting.</summary>
    Waiting,

    /// <summary>It is here.</summary>
    Same,

    /// <summary>Another one is here in its place.</summary>
    Other,
}

/// <summary>Rows of documents that come from an archive.</summary>
public sealed class ImportedDocuments(NpgsqlDataSource dataSource, AuditLog audit)
{
    private static readonly TimeSpan Completion = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The id under which a document is stored: its own in a collection of the same name, so that results stay the same, else one
    /// that follows from both, so that a second import finds it.
    /// </summary>
    internal static Guid IdOf(Guid original, string from, string into)
    {
        if (from == into)
        {
            return original;
        }

        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{original:N} {into}"), hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>
    /// Stores row and bytes, unless the document is here. It waits as after an upload; workers leave one alone for a minute whose
    /// chunks come with it.
    /// </summary>
    internal async Task<ImportState> AddAsync(
        TransferDocument document, UploadedFile file, string collection, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isFailed = document.Status == DocumentStatus.Failed;
        var isNew = await connection.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, version, status, error, tags, external_id,
                uploaded_by, created_at, due_at, groups, metadata, parent_id, depth)
            select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now() + $14::interval, $15, $17::jsonb, parent.id,
                coalesce(parent.depth + 1, 0)
            from (select $16::uuid as id) wanted left join documents parent on parent.id = wanted.id and parent.collection = $2
            on conflict do nothing
            """, document.Id, collection, file.Name, file.ContentType, file.SizeBytes, file.Sha256, document.Version,
            (isFailed ? DocumentStatus.Failed : DocumentStatus.Pending).Word(), isFailed ? document.Error : null,
            Commands.Jsonb(document.Tags), document.ExternalId, file.UploadedBy, document.CreatedAt.ToUniversalTime(),
            document.Status == DocumentStatus.Ready ? Completion : TimeSpan.Zero,
            GroupNames.Normal(document.Groups), document.ParentId, (file.Metadata ?? DocumentMetadata.Empty).Json)
            .ExecuteAsync(cancellationToken) > 0;
        if (!isNew)
        {
            return await StateAsync(connection, document, file.Sha256, collection, cancellationToken);
        }

        await DocumentContents.InsertAsync(connection, document.Id, document.Version, file.Path, cancellationToken);
        var entry = new AuditEntry(actor, "document.import", $"{document.Id}", collection)
        {
            Details = new Dictionary<string, string> { ["sha256"] = document.Sha256 },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ImportState.New;
    }

    /// <summary>Counts the vectors that came with a document, so that they are not computed again.</summary>
    internal async Task CountVectorsAsync(Guid id, string model, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            update documents d set embedded_count = (
                select count(*) from searchable_chunks c join embeddings e on e.chunk_id = c.id and e.model = $2 and e.dense is not null
                where c.document_id = d.id)
            where id = $1 and embedded_model = $2 and embedding_claim is null
            """, id, model).ExecuteAsync(cancellationToken);

    internal async Task AuditAsync(ImportReport report, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var entry = new AuditEntry(actor, "collection.import", report.Collection, report.Collection)
        {
            Details = new Dictionary<string, string>
            {
                ["documents"] = Text(report.Documents),
                ["imported"] = Text(report.Imported),
                ["unchanged"] = Text(report.Unchanged),
            },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
    }

    private static async Task<ImportState> StateAsync(
        NpgsqlConnection connection, TransferDocument document, byte[] sha256, string collection,
        CancellationToken cancellationToken)
    {
        var found = await connection.Command($"""
            select {DocumentRows.Columns} from documents
            where id = $1 or (collection = $2 and ((sha256 = $3 and groups = $6) or external_id = $4)
                and parent_id is not distinct from $5)
            order by id = $1 desc limit 1
            """, document.Id, collection, sha256, document.ExternalId, document.ParentId, GroupNames.Normal(document.Groups))
            .FirstAsync(DocumentRows.Read, cancellationToken);
        return found switch
        {
            null => ImportState.Other,
            _ when found.Collection != collection || found.Sha256 != document.Sha256 => ImportState.Other,
            { Status: DocumentStatus.Pending or DocumentStatus.Processing } when found.Id == document.Id
                && found.Version == document.Version && found.ReadyVersion is null => ImportState.Waiting,
            _ => ImportState.Same,
        };
    }

    private static string Text(int count) => count.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
