using System.Text;
using RagAspire.Documents;
using RagAspire.Security;

namespace RagAspire.Api.Mcp;

/// <summary>A part of a document's text.</summary>
/// <param name="Characters">Of the whole text.</param>
/// <param name="NextOffset">Where the next part begins; null at the end.</param>
public sealed record DocumentExcerpt(Guid DocumentId, string Name, int Characters, int Offset, string Text, int? NextOffset)
{
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

        using var buffer = new MemoryStream();
        await texts.CopyToAsync(document, buffer, cancellationToken);
        var text = Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
        var start = Border(text, Math.Min(offset, text.Length));
        var end = Border(text, Math.Min(start + length, text.Length));
        return new DocumentExcerpt(id, document.Name, text.Length, start, text[start..end], end < text.Length ? end : null);
    }

    /// <summary>Not between the two halves of a character.</summary>
    private static int Border(string text, int position) =>
        position > 0 && position < text.Length && char.IsLowSurrogate(text[position]) ? position + 1 : position;
}
