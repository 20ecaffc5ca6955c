using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Documents;

/// <summary>A chunk of a document's searched version.</summary>
/// <param name="Page">On which it starts; null where the format has none.</param>
/// <param name="Section">The heading path at its start; null at the top.</param>
/// <param name="Tokens">Of the heading path and the text, by the embedding tokenizer.</param>
/// <param name="Place">Null where it was processed by an earlier release.</param>
public sealed record DocumentChunk(
    Guid Id, int Ordinal, string Text, int? Page, string? Section, int Tokens, ChunkPlace? Place);

/// <summary>What the system reads of a document: its chunks, and the text that they are parts of.</summary>
public sealed class DocumentTexts(NpgsqlDataSource dataSource)
{
    private const int BatchSize = 100;

    // What stands between chunks that do not know it.
    private const string UnknownLead = "\n\n";

    /// <summary>A page of the chunks in their order; empty while no version is ready.</summary>
    /// <param name="after">The last ordinal of the page before; null for the first page.</param>
    public async Task<Page<DocumentChunk>> ChunksAsync(
        Document document, int? after, int limit, CancellationToken cancellationToken)
    {
        var rows = await dataSource.Command("""
            select id, ordinal, text, page, section, token_count, place from chunks
            where document_id = $1 and version = $2 and ordinal > $3 order by ordinal limit $4
            """, document.Id, document.ReadyVersion, after ?? -1, limit + 1).ListAsync(
            row => new DocumentChunk(
                row.GetGuid(0),
                row.GetInt32(1),
                row.GetString(2),
                row.Nullable<int?>("page"),
                row.Nullable<string>("section"),
                row.GetInt32(5),
                ChunkPlaces.Read(row.Nullable<string>("place"))),
            cancellationToken);
        return Page.From(rows, limit, row => row.Ordinal.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Writes the text as UTF-8. A slow reader holds a batch of chunks and no connection.</summary>
    /// <exception cref="IOException">The version was replaced or deleted meanwhile.</exception>
    public async Task CopyToAsync(Document document, Stream target, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(target, new UTF8Encoding(false), leaveOpen: true);
        await foreach (var piece in PiecesAsync(document, 0, 0, cancellationToken))
        {
            await writer.WriteAsync(piece, cancellationToken);
        }
    }

    /// <summary>Reads a window of the text, and no more chunks than stand in it.</summary>
    /// <param name="start">In UTF-16 code units. Chunks of an earlier release, which do not know their place, are read up to here.</param>
    /// <param name="length">The most code units; fewer at the end of the text.</param>
    /// <exception cref="IOException">The version was replaced or deleted meanwhile.</exception>
    public async Task<string> ReadAsync(Document document, int start, int length, CancellationToken cancellationToken)
    {
        var window = new StringBuilder();
        var (next, position) = await SkipAsync(document, start, cancellationToken);
        await foreach (var piece in PiecesAsync(document, next, position, cancellationToken))
        {
            var shown = piece[Math.Clamp(start - position, 0, piece.Length)..];
            window.Append(shown[..Math.Min(shown.Length, length - window.Length)]);
            position += piece.Length;
            if (window.Length == length)
            {
                break;
            }
        }

        return window.ToString();
    }

    /// <summary>The code units of the text; null where it was processed by an earlier release.</summary>
    public async Task<int?> LengthAsync(Document document, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select (place ->> 'end')::int from chunks where document_id = $1 and version = $2 order by ordinal desc limit 1
            """, document.Id, document.ReadyVersion).ScalarAsync<int?>(cancellationToken);

    /// <summary>The first chunk that reaches beyond a position, and where the one before it ends.</summary>
    private async Task<(int Ordinal, int Position)> SkipAsync(
        Document document, int start, CancellationToken cancellationToken) =>
        (await dataSource.Command("""
            select ordinal + 1, (place ->> 'end')::int from chunks
            where document_id = $1 and version = $2 and (place ->> 'end')::int <= $3 order by ordinal desc limit 1
            """, document.Id, document.ReadyVersion, start).ListAsync(row => (row.GetInt32(0), row.GetInt32(1)), cancellationToken))
        .FirstOrDefault();

    /// <summary>The text from a chunk on: what leads to each chunk, and what it does not repeat of the one before.</summary>
    /// <param name="covered">Where the chunk before ends.</param>
    private async IAsyncEnumerable<ReadOnlyMemory<char>> PiecesAsync(
        Document document, int next, int covered, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (next < document.ChunkCount)
        {
            var batch = await BatchAsync(document, next, cancellationToken);
            if (batch.Count == 0)
            {
                throw new IOException($"Version {document.ReadyVersion} of the document is gone.");
            }

            foreach (var (text, lead, place) in batch)
            {
                yield return lead.AsMemory();
                var repeated = place is null ? 0 : place.HeaderLength + Math.Max(0, covered - place.Start);
                yield return text.AsMemory(Math.Min(repeated, text.Length));
                covered = place?.End ?? 0;
            }

            next += batch.Count;
        }
    }

    private async Task<List<(string Text, string Lead, ChunkPlace? Place)>> BatchAsync(
        Document document, int next, CancellationToken cancellationToken) =>
        await dataSource.Command("""
            select text, coalesce(lead, case when ordinal > 0 then $5 else '' end), place from chunks
            where document_id = $1 and version = $2 and ordinal >= $3 order by ordinal limit $4
            """, document.Id, document.ReadyVersion, next, BatchSize, UnknownLead).ListAsync(
            row => (row.GetString(0), row.GetString(1), ChunkPlaces.Read(row.Nullable<string>("place"))), cancellationToken);
}
