using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats;

/// <summary>Archives: each file inside under a heading with its name. What cannot be read of them is a warning.</summary>
internal sealed class ZipFormat : IFormatReader
{
    private static readonly string[] Leftovers = [".DS_Store", "Thumbs.db", "desktop.ini"];

    public void Read(Stream file, DocumentSink sink)
    {
        var zip = new ZipContainer(file, sink);
        sink.EmptyReason = "The archive contains no file that can be read. " + ContentTypes.SupportedText;
        var names = zip.Names.Where(IsFile).Order(StringComparer.OrdinalIgnoreCase).ToList();
        for (var index = 0; index < names.Count; index++)
        {
            sink.Progress((double)index / names.Count);
            EmbeddedDocument.Read(names[index], zip.ReadAll(names[index]) ?? [], sink);
        }
    }

    // What file managers leave behind is no document.
    private static bool IsFile(string name) => !name.EndsWith('/')
        && !name.StartsWith("__MACOSX/", StringComparison.OrdinalIgnoreCase)
        && !Leftovers.Contains(Path.GetFileName(name), StringComparer.OrdinalIgnoreCase);
}
