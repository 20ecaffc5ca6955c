using System.Text;
using System.Text.Json;
using RagAspire.Extractor.Encodings;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>Jupyter notebooks: the cells in their order, and what the outputs say. A damaged one is read as JSON.</summary>
internal sealed class NotebookFormat : IFormatReader
{
    private static readonly JsonDocumentOptions Lenient = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file, sink);
        if (Parse(text) is not { } notebook)
        {
            new JsonFormat().Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), sink);
            return;
        }

        using (notebook)
        {
            sink.Title = Text(Member(Member(notebook.RootElement, "metadata"), "title"));
            foreach (var cell in Cells(notebook.RootElement))
            {
                Cell(cell, sink);
            }
        }
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Lenient);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Before version 4 the cells were in worksheets.
    private static IEnumerable<JsonElement> Cells(JsonElement notebook) => Items(Member(notebook, "cells"))
        .Concat(Items(Member(notebook, "worksheets")).SelectMany(sheet => Items(Member(sheet, "cells"))));

    private static void Cell(JsonElement cell, DocumentSink sink)
    {
        var source = Text(Member(cell, "source")) is { Length: > 0 } text ? text : Text(Member(cell, "input"));
        switch (Text(Member(cell, "cell_type")))
        {
            case "markdown":
                MarkdownFormat.ReadText(source, sink);
                break;
            case "heading":
                var isNumbered = Member(cell, "level") is { ValueKind: JsonValueKind.Number };
                sink.Heading(isNumbered && Member(cell, "level")!.Value.TryGetInt32(out var level) ? level : 1, source);
                break;
            case "code":
                sink.Code(source);
                foreach (var output in Items(Member(cell, "outputs")))
                {
                    Output(output, sink);
                }

                break;
            default:
                sink.Paragraph(source);
                break;
        }
    }

    private static void Output(JsonElement output, DocumentSink sink)
    {
        if (Text(Member(output, "ename")) is { Length: > 0 } error)
        {
            sink.Paragraph($"{error}: {TerminalText.Clean(Text(Member(output, "evalue")))}");
            return;
        }

        // The first that a reader would see; a picture has a text in its place.
        var data = Member(output, "data");
        if (Text(Member(data, "text/html")) is { Length: > 0 } html && html.Contains("<table", StringComparison.OrdinalIgnoreCase))
        {
            HtmlFormat.ReadFragment(html, sink);
        }
        else if (Text(Member(data, "text/markdown")) is { Length: > 0 } markdown)
        {
            MarkdownFormat.ReadText(markdown, sink);
        }
        else
        {
            sink.Code(TerminalText.Clean(Text(Member(data, "text/plain")) + Text(Member(output, "text"))));
        }
    }

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } parent && parent.TryGetProperty(name, out var member) ? member : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default;

    // Texts of several lines are lists of lines.
    private static string Text(JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } text => Value(text),
        { ValueKind: JsonValueKind.Array } lines => string.Concat(lines.EnumerateArray().Select(line => Text(line))),
        _ => string.Empty,
    };

    private static string Value(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a character, in an escape.
            return text.GetRawText().Trim('"');
        }
    }
}
