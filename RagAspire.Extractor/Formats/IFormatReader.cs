using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats;

/// <summary>Reads the text of one kind of file.</summary>
internal interface IFormatReader
{
    /// <summary>
    /// Passes what can be read to the sink. Throws <see cref="UnreadableDocumentException"/> where a
    /// better reason than "damaged" is known; every other exception means damaged, and what was read until then is kept.
    /// </summary>
    void Read(Stream file, DocumentSink sink);
}
