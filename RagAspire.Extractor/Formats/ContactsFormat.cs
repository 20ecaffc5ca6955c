namespace RagAspire.Extractor.Formats;

/// <summary>Address books (vCard): a section for each person or organisation.</summary>
internal sealed class ContactsFormat : IFormatReader
{
    private static readonly Dictionary<string, string> Labels = new(StringComparer.Ordinal)
    {
        ["NICKNAME"] = "Nickname",
        ["ORG"] = "Organisation",
        ["TITLE"] = "Title",
        ["ROLE"] = "Role",
        ["TEL"] = "Phone",
        ["EMAIL"] = "E-mail",
        ["ADR"] = "Address",
        ["BDAY"] = "Birthday",
        ["ANNIVERSARY"] = "Anniversary",
        ["URL"] = "Web",
        ["IMPP"] = "Messaging",
        ["X-SOCIALPROFILE"] = "Profile",
        ["RELATED"] = "Related",
        ["CATEGORIES"] = "Categories",
        ["LANG"] = "Language",
        ["MEMBER"] = "Member",
    };

    // How a number is used says more than that it is one.
    private static readonly string[] Plain = ["voice", "internet", "pref", "x-internet", "utf-8"];

    private readonly List<ContentLine> _card = [];

    public void Read(Stream file, DocumentSink sink)
    {
        foreach (var line in ContentLine.Of(TextDecoder.Decode(file, sink)))
        {
            if (line.Name is "BEGIN" or "END")
            {
                Card(sink);
            }
            else
            {
                _card.Add(line);
            }
        }

        Card(sink);
    }

    private void Card(DocumentSink sink)
    {
        var formatted = Value("FN");
        var name = formatted.Length > 0 ? formatted : Name();
        sink.Heading(1, name.Length > 0 ? name : Value("ORG"));
        var lines = _card.Where(line => Labels.ContainsKey(line.Name)).Select(Line).Where(line => line.Length > 0);
        sink.Paragraph(string.Join('\n', lines));
        foreach (var note in _card.Where(line => line.Name == "NOTE"))
        {
            sink.Paragraph(note.Text);
        }

        _card.Clear();
    }

    private string Value(string name) => _card.Find(line => line.Name == name)?.Text ?? string.Empty;

    // Family, given and further names, then titles before and after.
    private string Name()
    {
        var parts = _card.Find(line => line.Name == "N")?.Parts.ToList() ?? [];
        int[] order = [3, 1, 2, 0, 4];
        var named = order.Where(index => index < parts.Count).Select(index => parts[index]);
        return string.Join(' ', named.Where(part => part.Length > 0));
    }

    private static string Line(ContentLine line)
    {
        var value = line.Name is "ADR" or "ORG" ? string.Join(", ", line.Parts.Where(part => part.Length > 0)) : line.Text;
        value = line.Name is "BDAY" or "ANNIVERSARY" ? CalendarTime.Of(line) : value;
        foreach (var scheme in new[] { "tel:", "mailto:" })
        {
            value = value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase) ? value[scheme.Length..] : value;
        }

        var types = line.Parameters["TYPE"].SelectMany(type => type.Split(',')).Select(type => type.ToLowerInvariant())
            .Except(Plain).Distinct().ToList();
        return value.Length == 0 ? string.Empty
            : $"{Labels[line.Name]}{(types.Count > 0 ? $" ({string.Join(", ", types)})" : string.Empty)}: {value}";
    }
}
