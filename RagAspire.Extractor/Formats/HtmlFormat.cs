namespace RagAspire.Extractor.Formats;

internal sealed class HtmlFormat : IFormatReader
{
    public void Read(Stream file, DocumentSink sink) => ReadFragment(TextDecoder.Decode(file), sink);

    public static void ReadFragment(string html, DocumentSink sink) => sink.Paragraph(html);
}
