using System.Globalization;
using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using RagAspire.Extractor.Formats.Html;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats;

/// <summary>Markdown by its syntax tree: headings, lists, tables, code, and the title of its front matter.</summary>
internal sealed partial class MarkdownFormat : IFormatReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseGridTables()
        .UseFootnotes()
        .UseDefinitionLists()
        .UseEmphasisExtras()
        .UseTaskLists()
        .Build();

    public void Read(Stream file, DocumentSink sink)
    {
        var page = TextDecoder.Decode(file, sink);
        if (FrontMatter.Of(page) is { } matter)
        {
            sink.Title = matter.Title;
            sink.Say(matter.Values);
            sink.Paragraph(matter.Properties);
            page = matter.Body;
        }

        ReadText(page, sink);
        if (!sink.HasText)
        {
            // Front matter without a page.
            sink.Paragraph(sink.Title);
        }
    }

    /// <summary>Reads a page, or a part of another document, without front matter.</summary>
    public static void ReadText(string page, DocumentSink sink)
    {
        foreach (var (text, isPlain) in MarkdownSections.Of(page))
        {
            Section(text, isPlain ? null : Pipeline, sink);
        }
    }

    private static void Section(string text, MarkdownPipeline? pipeline, DocumentSink sink)
    {
        MarkdownDocument? document = null;
        try
        {
            document = pipeline is null ? null : Markdown.Parse(text, pipeline);
        }
        catch (ArgumentException)
        {
            // The parser rejects text that is nested too deeply.
        }

        if (document is null)
        {
            PlainTextFormat.Read(text, sink);
            return;
        }

        for (var index = 0; index < document.Count; index++)
        {
            if (document[index] is HtmlBlock)
            {
                index = Html(document, index, text, sink);
            }
            else
            {
                Block(document[index], sink, marker: null);
            }
        }
    }

    /// <summary>Reads HTML up to the end of its tables: an empty line ends the block, but not the table.</summary>
    /// <returns>The index of the last block that was read.</returns>
    private static int Html(MarkdownDocument document, int start, string text, DocumentSink sink)
    {
        var last = start;
        var html = Source(document[start], text);
        while (last + 1 < document.Count && OpenTables().Count(html) > ClosedTables().Count(html))
        {
            last++;
            html = text[document[start].Span.Start..Math.Min(text.Length, document[last].Span.End + 1)];
        }

        if (!OnlyTags().IsMatch(html))
        {
            HtmlFormat.ReadFragment(html, sink);
        }

        return last;
    }

    private static string Source(Block block, string text) =>
        text[Math.Min(block.Span.Start, text.Length)..Math.Min(text.Length, block.Span.End + 1)];

    private static void Blocks(ContainerBlock container, DocumentSink sink, string? marker)
    {
        foreach (var block in container)
        {
            Block(block, sink, marker);
            marker = marker is null ? null : string.Empty;
        }
    }

    /// <param name="marker">Of the list item whose first block this is; empty for its later blocks.</param>
    private static void Block(Block block, DocumentSink sink, string? marker)
    {
        switch (block)
        {
            case HeadingBlock heading:
                sink.Heading(heading.Level, Text(heading.Inline));
                break;
            case Table table:
                sink.Table(new TableGrid(table.OfType<TableRow>().Select(row => Row(row))));
                break;
            case ListBlock list:
                Items(list, sink);
                break;
            case CodeBlock code:
                sink.Code(code.Lines.ToString());
                break;
            case HtmlBlock html when html.Lines.ToString() is var page && !OnlyTags().IsMatch(page):
                HtmlFormat.ReadFragment(page, sink);
                break;
            case LeafBlock { Inline: not null } leaf when marker is null:
                sink.Paragraph(Text(leaf.Inline));
                break;
            case LeafBlock { Inline: not null } leaf:
                sink.ListItem(marker + Text(leaf.Inline));
                break;
            case ContainerBlock inner:
                Blocks(inner, sink, marker);
                break;
            default:
                break;
        }
    }

    private static void Items(ListBlock list, DocumentSink sink)
    {
        var number = int.TryParse(list.OrderedStart, CultureInfo.InvariantCulture, out var start) ? start : 1;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            Blocks(item, sink, list.IsOrdered ? $"{number++}. " : "- ");
        }
    }

    private static GridRow Row(TableRow row) => new(
        [.. row.OfType<TableCell>().Select(cell => new GridCell(
            string.Join(' ', cell.Descendants<LeafBlock>().Select(leaf => Text(leaf.Inline))), cell.RowSpan, cell.ColumnSpan))],
        row.IsHeader);

    private static string Text(ContainerInline? inline) => MarkdownInlines.Text(inline);

    [GeneratedRegex("<table", RegexOptions.IgnoreCase)]
    private static partial Regex OpenTables();

    [GeneratedRegex("</table", RegexOptions.IgnoreCase)]
    private static partial Regex ClosedTables();

    [GeneratedRegex(@"^\s*(?><[^<>]*>\s*)*$")]
    private static partial Regex OnlyTags();
}
