using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats;

/// <summary>Archives: the list of their files, each of which becomes a document. One that cannot be read is a warning.</summary>
internal sealed class ZipFormat : IFormatReader
{
    // Its text does not tell how much it may inflate to: that is in other documents. Logs are the most repetitive of them.
    private const int ArchiveRatio = 100;

    private static readonly string[] Leftovers = [".DS_Store", "Thumbs.db", "desktop.ini"];

    public void Read(Stream file, DocumentSink sink)
    {
        var zip = new ZipContainer(file, sink, ArchiveRatio);
        var most = sink.Limits.Attachments.MaxFileBytes;
        sink.EmptyReason = most == 0
            ? Reasons.TooDeep
            : "The archive contains no file that can be read. " + ContentTypes.SupportedText;
        var names = zip.Names.Where(IsFile).Order(StringComparer.OrdinalIgnoreCase).ToList();
        for (var index = 0; index < names.Count; index++)
        {
            sink.Progress((double)index / names.Count);
            var name = names[index];
            if (new AttachedFile(name, () => zip.ReadAll(name, most) ?? []).TakeOut(sink))
            {
                sink.ListItem(name);
            }
        }
    }

    // What file managers leave behind is no document.
    private static bool IsFile(string name) => !name.EndsWith('/')
        && !name.StartsWith("__MACOSX/", StringComparison.OrdinalIgnoreCase)
        && !Leftovers.Contains(Path.GetFileName(name), StringComparer.OrdinalIgnoreCase);
}
