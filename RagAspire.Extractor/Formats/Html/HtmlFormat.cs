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
        var html = TextDecoder.Decode(bytes, DeclaredEncoding(bytes) ?? declared);
        var document = Parse(html);
        if (!string.IsNullOrWhiteSpace(document.Title))
        {
            sink.Title ??= document.Title;
        }

        new HtmlWalker(sink).Walk(document.Body);
    }

    /// <summary>Reads a fragment, whose title is not the title of the document.</summary>
    public static void ReadFragment(string html, DocumentSink sink) =>
        new HtmlWalker(sink).Walk(Parse(html).Body);

    private static IHtmlDocument Parse(string html) => new HtmlParser().ParseDocument(HtmlDepth.Limit(html));

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
