using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Security;

namespace RagAspire.Documents;

/// <summary>What a document is called and labelled with from now on; null keeps what it has.</summary>
public sealed record LabelChange(string? Name, IReadOnlyDictionary<string, string>? Tags, DocumentMetadata? Metadata)
{
    /// <summary>What it changes of a document: name, tags, metadata.</summary>
    public IEnumerable<string> Of(Document current)
    {
        if (Name is not null && Name != current.Name)
        {
            yield return "name";
        }

        if (Tags is not null && (Tags.Count != current.Tags.Count || Tags.Except(current.Tags).Any()))
        {
            yield return "tags";
        }

        if (Metadata is not null && !Metadata.IsWhatHas(current.Properties, current.Metadata))
        {
            yield return "metadata";
        }
    }
}

/// <summary>Changes name, tags and metadata of a document without its bytes.</summary>
public sealed class DocumentLabels(NpgsqlDataSource dataSource, AuditLog audit)
{
    /// <summary>
    /// Changes the labels, and appends the change that makes results in caches invalid and the index follow. PostgreSQL holds
    /// filters to them from the commit on. Documents that were inside of it follow.
    /// </summary>
    /// <param name="check">Looks at the document before it changes, and throws where it must not.</param>
    /// <returns>With what has changed; null when there is no such document.</returns>
    /// <exception cref="AttachedDocumentException">It was inside another, whose labels it has.</exception>
    /// <exception cref="SourceDocumentException">It is kept in step with a source.</exception>
    public async Task<Document?> ChangeAsync(
        Guid id, LabelChange change, string actor, Action<Document> check, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(check);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var current = await ChangedDocument.LockAsync(connection, id, check, cancellationToken);
        if (current is null)
        {
            return null;
        }

        if (current.Source is { } source)
        {
            throw new SourceDocumentException(source.Name);
        }

        string[] changed = [.. change.Of(current)];
        if (changed.Length == 0)
        {
            return current with { Changed = [] };
        }

        var document = await connection.Command($"""
            update documents set name = coalesce($2, name), tags = coalesce($3, tags),
                metadata = coalesce(properties || $4::jsonb, metadata), updated_at = now()
            where id = $1 returning {DocumentRows.Columns}
            """, id, change.Name, Commands.Jsonb(change.Tags), change.Metadata?.Json).FirstAsync(DocumentRows.Read, cancellationToken);
        await ChangedDocument.ShowLabelsAsync(connection, current, cancellationToken);
        var entry = new AuditEntry(actor, "document.update", $"{id}", current.Collection)
        {
            Details = new Dictionary<string, string> { ["changed"] = string.Join(", ", changed) },
        };
        await audit.WriteAsync(connection, entry, cancellationToken);
        await transaction.CommitConfirmedAsync(cancellationToken);
        return document! with { Changed = changed };
    }
}
