using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats;

/// <summary>Reads the text of one kind of file.</summary>
internal interface IFormatReader
{
    /// <summary>
    /// Passes all readable text to the sink. Throws <see cref="UnreadableDocumentException"/> where a more precise reason
    /// than "damaged" is known. Every other exception means damaged; the text read before it is kept.
    /// </summary>
    void Read(Stream file, DocumentSink sink);
}
