using System.Text;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;

namespace RagAspire.Extractor;

/// <summary>
/// Takes the blocks of a document from a format reader, normalises them, enforces the limits, and sends them in portions,
/// so that a later failure loses only the rest.
/// </summary>
internal sealed class DocumentSink(
    ExtractionLimits limits, IReadOnlyList<int> skippedPages, Action<ExtractionMessage> send)
{
    private const int PortionCharacters = 256 * 1024;
    private const int MaxBlockCharacters = 256 * 1024;
    private const int MaxTableCharacters = 64 * 1024;
    private const int MaxHeaderCharacters = 4 * 1024;
    private const int MaxTitleCharacters = 300;

    private readonly List<TextBlock> _portion = [];
    private int _portionCharacters;
    private int _characters;
    private string? _firstHeading;
    private string? _title;

    public ExtractionLimits Limits => limits;

    /// <summary>The page, slide or sheet of the blocks that follow.</summary>
    public int? Page { get; private set; }

    /// <summary>Pages, slides or sheets of the document, where the format has any.</summary>
    public int? Pages { get; set; }

    public bool HasText => _characters > 0;

    /// <summary>The reason of a document without text.</summary>
    public string EmptyReason { get; set; } = Reasons.Empty;

    public string? Title
    {
        get => _title ?? _firstHeading;
        set => _title = DocumentTitle.Of(value) is { } title ? Shorten(title) : _title;
    }

    /// <summary>Starts a page.</summary>
    /// <returns>False when the page must be left out, because an earlier process crashed on it.</returns>
    public bool BeginPage(int page)
    {
        if (page > limits.MaxPages)
        {
            throw new UnreadableDocumentException(Reasons.TooManyPages(Math.Max(page, Pages ?? 0), limits.MaxPages));
        }

        Page = page;
        Send();
        send(new ExtractionMessage(
            ExtractionMessageKind.Progress, Pages is > 0 and var pages ? (page - 1.0) / pages : 0, page));
        return !skippedPages.Contains(page);
    }

    /// <summary>Reports progress, 0–1, for formats without pages. It also shows that the reader has not stalled.</summary>
    public void Progress(double fraction)
    {
        Send();
        send(new ExtractionMessage(ExtractionMessageKind.Progress, Math.Clamp(fraction, 0, 1), Page));
    }

    /// <summary>Sets the page of the following blocks to one that has been started before.</summary>
    public void SetPage(int page) => Page = page;

    public void Heading(int level, string? text)
    {
        var line = CleanText.Line(text);
        if (line.Length > 0)
        {
            _firstHeading ??= Shorten(line);
            Add(BlockKind.Heading, line, Math.Clamp(level, 1, 6));
        }
    }

    public void Paragraph(string? text) => Add(BlockKind.Paragraph, CleanText.Lines(text), 0);

    public void ListItem(string? text) => Add(BlockKind.ListItem, CleanText.Lines(text), 0);

    public void Code(string? text) => Add(BlockKind.Code, CleanText.Code(text), 0);

    /// <summary>
    /// Rows of cells, one per line, of which the first with more than one cell is the header. A long table becomes
    /// several blocks and each starts with the header, so that every part can be read alone.
    /// </summary>
    public void Table(IEnumerable<IReadOnlyList<string>> rows)
    {
        string? header = null;
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var line = CleanText.Row(row);
            if (line.Length == 0)
            {
                continue;
            }

            if (header is null && line.Contains(CleanText.CellSeparator, StringComparison.Ordinal))
            {
                // Rows above the header are the title of the table.
                Add(BlockKind.Paragraph, text.ToString(), 0);
                text.Clear();
                header = line;
            }
            else if (text.Length > 0 && text.Length + line.Length > MaxTableCharacters)
            {
                Add(BlockKind.Table, text.ToString(), 0);
                text.Clear().Append(header?.Length < MaxHeaderCharacters ? header : string.Empty);
            }

            text.Append(text.Length > 0 ? "\n" : string.Empty).Append(line);
        }

        Add(header is null ? BlockKind.Paragraph : BlockKind.Table, text.ToString(), 0);
    }

    /// <summary>The last message of the document.</summary>
    public ExtractionMessage Finish()
    {
        if (!HasText)
        {
            throw new UnreadableDocumentException(EmptyReason);
        }

        Send();
        return new ExtractionMessage(ExtractionMessageKind.Done, 1, Title: Title, Pages: Pages);
    }

    private void Add(BlockKind kind, string text, int level)
    {
        while (text.Length > MaxBlockCharacters)
        {
            var cut = CleanText.CutBefore(text, MaxBlockCharacters);
            Keep(new TextBlock(kind, text[..cut].TrimEnd(), level, Page));
            text = text[cut..].TrimStart();
        }

        if (text.Length > 0)
        {
            Keep(new TextBlock(kind, text, level, Page));
        }
    }

    private void Keep(TextBlock block)
    {
        _characters += block.Text.Length;
        if (_characters > limits.MaxCharacters)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchText(limits.MaxCharacters));
        }

        _portion.Add(block);
        _portionCharacters += block.Text.Length;
        if (_portionCharacters >= PortionCharacters)
        {
            Send();
        }
    }

    private void Send()
    {
        if (_portion.Count > 0)
        {
            send(new ExtractionMessage(ExtractionMessageKind.Blocks, Blocks: [.. _portion]));
            _portion.Clear();
            _portionCharacters = 0;
        }
    }

    private static string? Shorten(string title) =>
        title.Length == 0 ? null
            : title.Length <= MaxTitleCharacters ? title
            : title[..CleanText.CutBefore(title, MaxTitleCharacters)].TrimEnd();
}
