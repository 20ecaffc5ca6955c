using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using RagAspire.Extraction;
using RagAspire.Security;

namespace RagAspire.Documents.Children;

/// <summary>A deleted document, or one that was inside of it.</summary>
/// <param name="Chunks">Of all its versions.</param>
/// <param name="Vectors">Of these chunks those that were embedded by a model.</param>
internal sealed record DeletedRow(Guid Id, string Collection, int Chunks, int Vectors);

/// <summary>
/// Documents and the documents that were inside them, such as a mail and its attachments. A child has the collection, the tags,
/// the groups, the metadata and the uploader of its parent, and goes with it.
/// </summary>
/// <remarks>
/// Locks are taken in one order, so that there is no deadlock: the tree, rows from the parent to its children, the change
/// feed. All methods run in the caller's transaction.
/// </remarks>
public sealed class DocumentTrees(AuditLog audit)
{
    /// <summary>The actor of the audit entries of children that are taken out of their parent.</summary>
    private const string Actor = "ingestion";

    private const int MaxPlaces = 1_000;

    /// <summary>Keeps others from adding children anywhere in the document's tree until the transaction ends.</summary>
    internal static Task LockAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken) =>
        connection.Command("""
            with recursive up as (
                select id, parent_id from documents where id = $1
                union all
                select d.id, d.parent_id from documents d join up on d.id = up.parent_id)
            select pg_advisory_xact_lock($2, hashtext(id::text)) from up where parent_id is null
            """, id, AdvisoryLocks.DocumentTree).ExecuteAsync(cancellationToken);

    /// <summary>
    /// Makes the files the children of a document: adds those that are new, deletes those that are gone, and leaves the others
    /// as they are. A file is the same when its name and its bytes are.
    /// </summary>
    /// <returns>The children whose searchable chunks have changed or are gone.</returns>
    /// <exception cref="UnreadableDocumentException">There are more files in the whole tree than there may be.</exception>
    internal async Task<IReadOnlyList<Guid>> StoreAsync(
        NpgsqlConnection connection, Guid parentId, AttachedFiles files, CancellationToken cancellationToken)
    {
        var there = (await connection.Command("select id, name, sha256 from documents where parent_id = $1", parentId).ListAsync(
            row => (Id: row.GetGuid(0), Identity: $"{row.GetString(1)}\n{Convert.ToHexStringLower(row.GetFieldValue<byte[]>(2))}"),
            cancellationToken)).ToDictionary(child => child.Identity, child => child.Id);
        var wanted = files.Files.DistinctBy(file => file.Identity).ToList();
        var gone = there.ExceptBy(wanted.Select(file => file.Identity), child => child.Key).Select(child => child.Value);
        var deleted = await DeleteAsync(connection, [.. gone], Actor, cancellationToken);
        foreach (var file in wanted.Where(file => !there.ContainsKey(file.Identity)))
        {
            await AddAsync(connection, parentId, file, files, cancellationToken);
        }

        await CheckAsync(connection, parentId, files, cancellationToken);
        var inherited = await InheritAsync(connection, parentId, cancellationToken);
        return [.. deleted.Select(row => row.Id), .. inherited];
    }

    /// <summary>Gives the documents inside a document what they have from it.</summary>
    /// <returns>Those that were changed.</returns>
    internal static Task<List<Guid>> InheritAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken) =>
        connection.Command("""
            with recursive tree as (
                select id from documents where parent_id = $1
                union all
                select d.id from documents d join tree on d.parent_id = tree.id)
            update documents d set tags = top.tags, groups = top.groups, metadata = d.properties || top.metadata, updated_at = now()
            from tree, documents top
            where d.id = tree.id and top.id = $1
                and (d.tags, d.groups, d.metadata) is distinct from (top.tags, top.groups, d.properties || top.metadata)
            returning d.id
            """, id).ListAsync(row => row.GetGuid(0), cancellationToken);

    /// <summary>Deletes a child that holds nothing to read after all, and says so in the warnings of its parent.</summary>
    internal async Task WithdrawAsync(
        NpgsqlConnection connection, Document child, ExtractionWarning warning, CancellationToken cancellationToken)
    {
        var parent = await connection.Command($"select {DocumentRows.Columns} from documents where id = $1 for update", child.ParentId)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (parent is not null)
        {
            await connection.Command(
                "update documents set warnings = $2, updated_at = now() where id = $1",
                parent.Id,
                Commands.Jsonb(Merge(parent.Warnings, warning), JsonSerializerOptions.Web)).ExecuteAsync(cancellationToken);
        }

        await DeleteAsync(connection, [child.Id], Actor, cancellationToken);
    }

    /// <summary>Deletes documents with their versions and chunks and with all documents inside them.</summary>
    /// <returns>All that were deleted; the caller appends them to the change feed.</returns>
    internal async Task<IReadOnlyList<DeletedRow>> DeleteAsync(
        NpgsqlConnection connection, Guid[] ids, string actor, CancellationToken cancellationToken)
    {
        // Adding a child locks its parent's row: when that is locked here, all its children are visible.
        var tree = new List<Guid>();
        var level = await connection.Command("select id from documents where id = any($1) order by id for update", (object)ids)
            .ListAsync(row => row.GetGuid(0), cancellationToken);
        while (level.Count > 0)
        {
            tree.AddRange(level);
            level = await connection.Command(
                "select id from documents where parent_id = any($1) order by id for update", (object)level.ToArray())
                .ListAsync(row => row.GetGuid(0), cancellationToken);
        }

        var deleted = await connection.Command("""
            with gone as (
                select c.document_id, count(*)::int as chunks, count(e.dense)::int as vectors
                from chunks c left join embeddings e on e.chunk_id = c.id where c.document_id = any($1) group by 1)
            delete from documents d using unnest($1) as wanted (id) left join gone on gone.document_id = wanted.id
            where d.id = wanted.id returning d.id, d.collection, coalesce(gone.chunks, 0), coalesce(gone.vectors, 0)
            """, (object)tree.ToArray()).ListAsync(
            row => new DeletedRow(row.GetGuid(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3)), cancellationToken);
        foreach (var row in deleted)
        {
            await audit.WriteAsync(
                connection, new AuditEntry(actor, "document.delete", $"{row.Id}", row.Collection), cancellationToken);
        }

        return deleted;
    }

    private static List<ExtractionWarning> Merge(IReadOnlyList<ExtractionWarning> warnings, ExtractionWarning more)
    {
        var same = warnings.FirstOrDefault(warning => warning.Code == more.Code);
        var where = same?.Where is { } before ? $"{before}, {more.Where}" : more.Where;
        return
        [
            .. warnings.Where(warning => warning != same),
            more with { Where = where?.Length > MaxPlaces ? same!.Where : where, Count = more.Count + (same?.Count ?? 0) },
        ];
    }

    private async Task AddAsync(
        NpgsqlConnection connection, Guid parentId, AttachedFile file, AttachedFiles files, CancellationToken cancellationToken)
    {
        var child = await connection.Command($"""
            insert into documents (id, name, content_type, size_bytes, sha256, trace_parent, parent_id, depth,
                collection, tags, groups, metadata, uploaded_by)
            select $2, $3, $4, $5, $6, $7, parent.id, parent.depth + 1, parent.collection, parent.tags, parent.groups,
                parent.metadata, parent.uploaded_by
            from documents parent where parent.id = $1
            returning {DocumentRows.Columns}
            """,
            parentId,
            Guid.CreateVersion7(),
            file.Name,
            file.ContentType,
            file.Length,
            file.Sha256,
            Activity.Current?.Id).FirstAsync(DocumentRows.Read, cancellationToken)
            ?? throw new InvalidOperationException($"The document {parentId} is gone, whose row this transaction holds.");
        await using var content = files.Open(file);
        await DocumentContents.InsertAsync(connection, child.Id, child.Version, content, cancellationToken);
        var entry = new AuditEntry(Actor, "document.attach", $"{child.Id}", child.Collection)
        {
            Details = new Dictionary<string, string> { ["parentId"] = $"{parentId}", ["sha256"] = child.Sha256 },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
    }

    /// <summary>Archives inside archives may not hold more together than one may.</summary>
    private static async Task CheckAsync(
        NpgsqlConnection connection, Guid id, AttachedFiles files, CancellationToken cancellationToken)
    {
        var (count, bytes) = (await connection.Command("""
            with recursive up as (
                select id, parent_id from documents where id = $1
                union all
                select d.id, d.parent_id from documents d join up on d.id = up.parent_id),
            tree as (
                select d.id, d.size_bytes from documents d join up on d.parent_id = up.id and up.parent_id is null
                union all
                select d.id, d.size_bytes from documents d join tree on d.parent_id = tree.id)
            select count(*), coalesce(sum(size_bytes), 0)::bigint from tree
            """, id).ListAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        if (count > files.MaxFiles)
        {
            throw new UnreadableDocumentException(Reasons.TooManyEntries(files.MaxFiles));
        }

        if (bytes > files.MaxBytes)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchInflated(files.MaxBytes));
        }
    }
}
