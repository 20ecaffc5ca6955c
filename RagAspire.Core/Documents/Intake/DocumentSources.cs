using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents.Intake;

/// <summary>Which documents belong to a source. An uploaded document belongs to none.</summary>
internal static class DocumentSources
{
    /// <summary>Whether an upload may change a stored document: a source changes only what belongs to it.</summary>
    public static bool MayChange(Document stored, DocumentSource? source) => source is null || stored.Source?.Name == source.Name;

    /// <summary>
    /// Gives a document to the source that its new version or name comes from. Without one it is taken from its source, so
    /// that an upload is kept whatever becomes of the file in the source.
    /// </summary>
    public static async Task SetAsync(
        NpgsqlConnection connection, Document stored, DocumentSource? source, CancellationToken cancellationToken)
    {
        if (stored.Source == source)
        {
            return;
        }

        await (source is null
            ? connection.Command("delete from document_sources where document_id = $1", stored.Id)
            : connection.Command("""
                insert into document_sources (document_id, source, path) values ($1, $2, $3)
                on conflict (document_id) do update set source = excluded.source, path = excluded.path
                """, stored.Id, source.Name, source.Path)).ExecuteAsync(cancellationToken);
    }
}
