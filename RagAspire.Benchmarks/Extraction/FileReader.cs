using System.Text;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor;
using RagAspire.Extractor.Formats;

namespace RagAspire.Benchmarks.Extraction;

/// <summary>Reads files by the code of the extractor in this process: the cost of reading without the pipes.</summary>
internal static class FileReader
{
    private static readonly ExtractionLimits Limits = new(10_000, 20_000, 1L << 30, 50_000_000, TimeSpan.FromMinutes(5));

    static FileReader() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <exception cref="UnreadableDocumentException">The file is at fault; parsers throw others as well.</exception>
    public static ExtractedDocument Read(string contentType, byte[] content)
    {
        var blocks = new List<TextBlock>();
        var sink = new DocumentSink(Limits, [], (message, _) => blocks.AddRange(message.Blocks ?? []));
        using var file = new MemoryStream(content);
        FormatReaders.For(contentType).Read(file, sink);
        var done = sink.Finish();
        return new ExtractedDocument(done.Title, blocks, done.Pages);
    }
}
