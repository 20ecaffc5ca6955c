using RagAspire.Client;

namespace RagAspire.Web.Components.Answers;

/// <summary>The words of a citation, and the text around them.</summary>
public sealed record Passage(string Before, string Marked, string After, bool IsCutBefore, bool IsCutAfter)
{
    private const int Around = 500;

    /// <summary>
    /// Reads it from the text of the document. Where the document was processed by an earlier release, the words stand alone.
    /// </summary>
    public static async Task<Passage> ReadAsync(DocumentCalls documents, Citation citation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(citation);
        if (citation is not { Start: { } start, End: { } end })
        {
            return new Passage("", citation.Quote, "", true, true);
        }

        var from = Math.Max(0, start - Around);
        var window = await documents.TextAsync(citation.DocumentId, from, end - from + Around, cancellationToken);
        return Of(window, start, end);
    }

    /// <summary>Marks a range of a window.</summary>
    public static Passage Of(TextWindow window, int start, int end)
    {
        ArgumentNullException.ThrowIfNull(window);
        var first = Math.Clamp(start - window.Start, 0, window.Text.Length);
        var last = Math.Clamp(end - window.Start, first, window.Text.Length);
        return new Passage(
            window.Text[..first], window.Text[first..last], window.Text[last..], window.Start > 0, window.HasMore);
    }
}
