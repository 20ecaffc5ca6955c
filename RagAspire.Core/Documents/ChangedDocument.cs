using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;
using RagAspire.Documents.Intake;

namespace RagAspire.Documents;

/// <summary>What every change of a stored document has in common. All methods run in the caller's transaction.</summary>
internal static class ChangedDocument
{
    /// <summary>Locks the row of a document that a call changes, until the transaction ends.</summary>
    /// <param name="check">Looks at the document before it changes, and throws where it must not.</param>
    /// <returns>Null when there is no such document.</returns>
    /// <exception cref="AttachedDocumentException">It was inside another, and changes with that one.</exception>
    public static async Task<Document?> LockAsync(
        NpgsqlConnection connection, Guid id, Action<Document>? check, CancellationToken cancellationToken)
    {
        var current = await connection.Command($"select {DocumentRows.Columns} from documents where id = $1 for update", id)
            .FirstAsync(DocumentRows.Read, cancellationToken);
        if (current is null)
        {
            return null;
        }

        check?.Invoke(current);
        return current.ParentId is { } parent ? throw new AttachedDocumentException(parent) : current;
    }

    /// <summary>
    /// Makes caches and indexes follow changed labels: results hold the name, and were filtered by the others. Documents inside
    /// of the document get the labels.
    /// </summary>
    public static async Task ShowLabelsAsync(
        NpgsqlConnection connection, Document document, CancellationToken cancellationToken)
    {
        Guid[] changes = [document.Id, .. await DocumentTrees.InheritAsync(connection, document.Id, cancellationToken)];
        await DocumentChanges.AppendLabelsAsync(connection, changes, document.Collection, cancellationToken);
    }
}
