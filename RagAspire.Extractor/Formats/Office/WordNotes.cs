using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>Footnotes and endnotes by their ids.</summary>
internal sealed class WordNotes(OfficePart main)
{
    private readonly Lazy<Dictionary<string, XElement>> _footnotes = new(() => Load(main, "footnotes", "footnote"));
    private readonly Lazy<Dictionary<string, XElement>> _endnotes = new(() => Load(main, "endnotes", "endnote"));

    public string Text(WordNote note) =>
        (note.IsEndnote ? _endnotes : _footnotes).Value.GetValueOrDefault(note.Id) is { } found
            ? WordText.Flat(found)
            : string.Empty;

    private static Dictionary<string, XElement> Load(OfficePart main, string purpose, string name)
    {
        var notes = new Dictionary<string, XElement>(StringComparer.Ordinal);
        foreach (var note in main.RelatedFor(purpose).FirstOrDefault()?.TryLoad().Children(name) ?? [])
        {
            notes.TryAdd(note.Value("id") ?? string.Empty, note);
        }

        return notes;
    }
}
