using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Web pages, also XHTML and fragments.</summary>
internal sealed partial class HtmlFormat : IFormatReader
{
    private const int DeclarationBytes = 4096;

    public void Read(Stream file, DocumentSink sink) => Read(TextDecoder.ReadAll(file), sink, declared: null);

    /// <param name="declared">The encoding that the container, such as a mail, declares.</param>
    public static void Read(ReadOnlySpan<byte> bytes, DocumentSink sink, Encoding? declared)
    {
        var html = TextDecoder.Decode(bytes, sink, DeclaredEncoding(bytes) ?? declared);
        if (Parse(html) is not { } document)
        {
            HtmlStripper.Read(html, sink);
            return;
        }

        if (!string.IsNullOrWhiteSpace(document.Title))
        {
            sink.Title ??= document.Title;
        }

        HtmlVisibility.ApplyStyles(document);
        var before = sink.Characters;
        new HtmlWalker(sink, new HtmlFurniture(document)).Walk(document.Body);
        if (sink.Characters == before)
        {
            // A page that is nothing but its menu is read as it is.
            new HtmlWalker(sink, furniture: null).Walk(document.Body);
        }
    }

    /// <summary>Reads a fragment, whose title is not the title of the document.</summary>
    public static void ReadFragment(string html, DocumentSink sink)
    {
        if (Parse(html) is { } document)
        {
            new HtmlWalker(sink, furniture: null).Walk(document.Body);
        }
        else
        {
            HtmlStripper.Read(html, sink);
        }
    }

    /// <summary>All text of a page on a line.</summary>
    public static string TextOf(string html) => Parse(html)?.Body is { } body ? HtmlText.Of(body) : string.Empty;

    /// <returns>Null when the page is too complex for the parser.</returns>
    private static IHtmlDocument? Parse(string html)
    {
        var guard = new HtmlGuard(html.Length);
        var options = new HtmlParserOptions { OnToken = (token, _) => guard.See(token) };
        try
        {
            return new HtmlParser(options).ParseDocument(HtmlDepth.Limit(HtmlXhtml.IsOne(html) ? HtmlXhtml.ToHtml(html) : html));
        }
        catch (HtmlTooComplexException)
        {
            return null;
        }
    }

    private static Encoding? DeclaredEncoding(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, DeclarationBytes)]);
        return Charset().Match(head) is { Success: true } match ? TextDecoder.EncodingNamed(match.Groups[1].Value) : null;
    }

    [GeneratedRegex(
        @"(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*[""']?\s*([\w.:-]{1,40})",
        RegexOptions.IgnoreCase)]
    private static partial Regex Charset();
}
