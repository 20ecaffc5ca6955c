using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>Markdown by its syntax tree: headings, lists, tables, code, and the title of its front matter.</summary>
internal sealed class MarkdownFormat : IFormatReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UseYamlFrontMatter()
        .UsePipeTables()
        .UseGridTables()
        .UseFootnotes()
        .UseDefinitionLists()
        .UseEmphasisExtras()
        .UseTaskLists()
        .Build();

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file);
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // The parser rejects text that is nested too deeply.
            PlainTextFormat.Read(text, sink);
            return;
        }

        Blocks(document, sink, marker: null);
        if (!sink.HasText)
        {
            // Front matter without a page.
            sink.Paragraph(sink.Title);
        }
    }

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
            case YamlFrontMatterBlock matter:
                sink.Title = TitleOf(matter);
                break;
            case HeadingBlock heading:
                sink.Heading(heading.Level, Text(heading.Inline));
                break;
            case Table table:
                sink.Table(table.OfType<TableRow>().Select(Cells));
                break;
            case ListBlock list:
                Items(list, sink);
                break;
            case CodeBlock code:
                sink.Code(code.Lines.ToString());
                break;
            case HtmlBlock html:
                HtmlFormat.ReadFragment(html.Lines.ToString(), sink);
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

    private static string[] Cells(TableRow row) =>
        [.. row.OfType<TableCell>().Select(cell => string.Join(' ', cell.OfType<LeafBlock>().Select(leaf => Text(leaf.Inline))))];

    private static string? TitleOf(YamlFrontMatterBlock matter)
    {
        foreach (var line in matter.Lines.ToString().AsSpan().EnumerateLines())
        {
            if (line.StartsWith("title:", StringComparison.OrdinalIgnoreCase))
            {
                return line["title:".Length..].Trim().Trim("\"'").ToString();
            }
        }

        return null;
    }

    private static string Text(ContainerInline? inline)
    {
        var text = new StringBuilder();
        Append(inline, text);
        return text.ToString();
    }

    private static void Append(ContainerInline? container, StringBuilder text)
    {
        foreach (var inline in container ?? Enumerable.Empty<Inline>())
        {
            _ = inline switch
            {
                LiteralInline literal => text.Append(literal.Content),
                CodeInline code => text.Append(code.Content),
                HtmlEntityInline entity => text.Append(entity.Transcoded),
                AutolinkInline link => text.Append(link.Url),
                LineBreakInline { IsHard: true } => text.Append('\n'),
                LineBreakInline => text.Append(' '),
                HtmlInline { Tag: var tag } =>
                    text.Append(tag.StartsWith("<br", StringComparison.OrdinalIgnoreCase) ? "\n" : string.Empty),
                _ => text,
            };
            if (inline is ContainerInline inner)
            {
                Append(inner, text);
            }
        }
    }
}
