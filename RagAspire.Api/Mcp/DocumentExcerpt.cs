using RagAspire.Documents;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>A part of a document's text.</summary>
/// <param name="Characters">Of the whole text; null where it was processed by an earlier release.</param>
/// <param name="NextOffset">Where the next part begins; null at the end.</param>
public sealed record DocumentExcerpt(Guid DocumentId, string Name, int? Characters, int Offset, string Text, int? NextOffset)
{
    /// <summary>Characters of a document's text in one result: what a model can read at once.</summary>
    internal const int MostCharacters = 100_000;

    /// <exception cref="BadHttpRequestException">404 no such document for this caller, 409 it has no text yet.</exception>
    internal static async Task<DocumentExcerpt> ReadAsync(
        DocumentStore documents,
        DocumentTexts texts,
        Caller caller,
        Guid id,
        int offset,
        int length,
        CancellationToken cancellationToken)
    {
        var document = await DocumentsApi.FindAsync(documents, id, caller, cancellationToken)
            ?? throw new BadHttpRequestException("There is no such document.", StatusCodes.Status404NotFound);
        if (document.ReadyVersion is null)
        {
            throw new BadHttpRequestException(
                $"The document has no text before it is ready; it is {document.Status.Word()}.", StatusCodes.Status409Conflict);
        }

        // Two more for the borders, and one to know whether the text goes on.
        var read = await texts.ReadAsync(document, offset, length + 3, cancellationToken);
        var start = Border(read, 0);
        var end = Border(read, Math.Min(start + length, read.Length));
        return new DocumentExcerpt(
            id,
            document.Name,
            await texts.LengthAsync(document, cancellationToken),
            offset + start,
            read[start..end],
            end < read.Length ? offset + end : null);
    }

    /// <summary>Not between the two halves of a character.</summary>
    private static int Border(string text, int position) =>
        position < text.Length && char.IsLowSurrogate(text[position]) ? position + 1 : position;
}
