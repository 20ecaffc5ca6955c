using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>Calendars (iCalendar): a section for each event, task and entry of a journal.</summary>
internal sealed class CalendarFormat : IFormatReader
{
    private const int MaxDepth = 64;

    private static readonly (string Name, string Label)[] Lines =
    [
        ("DTSTART", "Start"), ("DTEND", "End"), ("DURATION", "Duration"), ("DUE", "Due"), ("COMPLETED", "Completed"),
        ("RRULE", "Repeats"), ("RDATE", "Also on"), ("EXDATE", "Not on"), ("LOCATION", "Location"), ("ORGANIZER", "Organiser"),
        ("ATTENDEE", "Attendees"), ("CONTACT", "Contact"), ("RESOURCES", "Resources"), ("STATUS", "Status"), ("PRIORITY", "Priority"),
        ("PERCENT-COMPLETE", "Percent complete"), ("CATEGORIES", "Categories"), ("URL", "Web"),
    ];

    private readonly Stack<string> _components = new();
    private readonly List<ContentLine> _entry = [];

    public void Read(Stream file, DocumentSink sink)
    {
        foreach (var line in ContentLine.Of(TextDecoder.Decode(file, sink)))
        {
            Line(line, sink);
        }

        Entry(sink);
    }

    private void Line(ContentLine line, DocumentSink sink)
    {
        var component = _components.TryPeek(out var open) ? open : string.Empty;
        switch (line.Name)
        {
            case "BEGIN" when _components.Count < MaxDepth:
                _components.Push(line.Value.Trim().ToUpperInvariant());
                break;
            case "END":
                _components.TryPop(out _);
                if (component is "VEVENT" or "VTODO" or "VJOURNAL")
                {
                    Entry(sink);
                }

                break;
            case "X-WR-CALNAME" or "NAME" when component == "VCALENDAR":
                sink.Title ??= line.Text;
                break;
            case "X-WR-CALDESC" when component == "VCALENDAR":
                sink.Paragraph(line.Text);
                break;
            case "METHOD" when component == "VCALENDAR" && line.Value.Equals("CANCEL", StringComparison.OrdinalIgnoreCase):
                sink.Paragraph("Cancelled:");
                break;
            case var _ when component is "VEVENT" or "VTODO" or "VJOURNAL":
                _entry.Add(line);
                break;
            default:
                break;
        }
    }

    private void Entry(DocumentSink sink)
    {
        if (_entry.Count == 0)
        {
            return;
        }

        sink.Heading(1, _entry.Find(line => line.Name == "SUMMARY")?.Text);
        var lines = new List<string>();
        foreach (var (name, label) in Lines)
        {
            var values = _entry.Where(line => line.Name == name).Select(Value).Where(value => value.Length > 0).ToList();
            if (values.Count > 0)
            {
                lines.Add($"{label}: {string.Join(", ", values)}");
            }
        }

        sink.Paragraph(string.Join('\n', lines));
        foreach (var text in _entry.Where(line => line.Name is "DESCRIPTION" or "COMMENT").Select(line => line.Text))
        {
            Description(text, sink);
        }

        _entry.Clear();
    }

    // Some programs write web pages into descriptions.
    private static void Description(string text, DocumentSink sink)
    {
        if (text.TrimStart().StartsWith('<'))
        {
            HtmlFormat.ReadFragment(text, sink);
        }
        else
        {
            PlainTextFormat.Read(text, sink);
        }
    }

    private static string Value(ContentLine line) => line.Name switch
    {
        "DTSTART" or "DTEND" or "DUE" or "COMPLETED" or "RDATE" or "EXDATE" => CalendarTime.Of(line),
        "DURATION" => CalendarTime.Duration(line.Value),
        "RRULE" => CalendarTime.Repetition(line.Value),
        "ORGANIZER" or "ATTENDEE" => Person(line),
        "CATEGORIES" or "RESOURCES" => string.Join(", ", line.Items),
        _ => line.Text,
    };

    private static string Person(ContentLine line)
    {
        var address = line.Text.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? line.Text[7..] : line.Text;
        var name = line.Parameters["CN"].FirstOrDefault();
        var answer = line.Parameters["PARTSTAT"].FirstOrDefault()?.ToLowerInvariant();
        return (name is { Length: > 0 } && name != address ? $"{name} <{address}>" : address)
            + (answer is "declined" or "tentative" ? $" ({answer})" : string.Empty);
    }
}
