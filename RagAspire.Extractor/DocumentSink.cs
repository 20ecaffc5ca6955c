using System.Text.Json;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Extractor.Formats.Office;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor;

/// <summary>
/// Takes the blocks of a document from a format reader, normalises them, enforces the limits, and sends them in portions,
/// so that a later failure loses only the rest.
/// </summary>
internal sealed class DocumentSink(
    ExtractionLimits limits, IReadOnlyList<int> skippedPages, SendMessage send)
{
    private const int PortionCharacters = 256 * 1024;
    private const int MaxBlockCharacters = 256 * 1024;
    private const int MaxTitleCharacters = 300;

    private readonly List<TextBlock> _portion = [];
    private readonly DocumentWarnings _warnings = new();
    private int _portionCharacters;
    private int _characters;
    private string? _firstHeading;
    private string? _title;
    private IReadOnlyDictionary<string, JsonElement>? _properties;
    private int? _pages;
    private string _emptyReason = Reasons.Empty;
    private int _levels;
    private long _inflated;
    private int _attachments;
    private long _attachedBytes;

    public ExtractionLimits Limits => limits;

    /// <summary>How many documents are around the one that is read.</summary>
    public int Depth { get; private set; }

    /// <summary>The page, slide or sheet of the blocks that follow.</summary>
    public int? Page { get; private set; }

    /// <summary>Pages, slides or sheets of the document, where the format has any.</summary>
    public int? Pages
    {
        get => _pages;
        set => _pages = Depth == 0 ? value : _pages;
    }

    /// <summary>What the pages are called: page, slide, sheet or record.</summary>
    public string Unit { get; set; } = "page";

    public bool HasText => _characters > 0;

    /// <summary>The text so far; each block counts some characters at least.</summary>
    public int Characters => _characters;

    /// <summary>The reason of a document without text.</summary>
    public string EmptyReason
    {
        get => _emptyReason;
        set => _emptyReason = Depth == 0 ? value : _emptyReason;
    }

    public string? Title
    {
        get => _title ?? _firstHeading;
        set => _title = Depth == 0 && DocumentTitle.Of(value) is { } title ? Shorten(title) : _title;
    }

    /// <summary>What the document says of itself; what is inside of it does not count.</summary>
    public void Say(IReadOnlyDictionary<string, JsonElement> properties) =>
        _properties = Depth == 0 && properties.Count > 0 ? properties : _properties;

    /// <summary>Starts a page.</summary>
    /// <returns>False when the page must be left out, because an earlier process crashed on it.</returns>
    public bool BeginPage(int page)
    {
        if (page > limits.MaxPages)
        {
            throw new UnreadableDocumentException(Reasons.TooManyPages(Math.Max(page, Pages ?? 0), limits.MaxPages));
        }

        if (Depth > 0)
        {
            Progress(0);
            return true;
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
    /// <param name="hasText">It has text, also when that is joined to the page before.</param>
    public void SetPage(int page, bool hasText)
    {
        Page = Depth == 0 ? page : Page;
        if (hasText && Depth == 0)
        {
            _warnings.HasText(page);
        }
    }

    /// <summary>Notes something that could not be read.</summary>
    public void Warn(string code, string? where = null, int count = 1) => _warnings.Add(code, where, count);

    /// <summary>Counts what containers unpack to, those inside others as well.</summary>
    public void Inflate(int bytes)
    {
        _inflated += bytes;
        if (_inflated > limits.MaxInflatedBytes)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchInflated(limits.MaxInflatedBytes));
        }
    }

    /// <summary>Gives away a file inside this document, which becomes a document of its own.</summary>
    public void Attach(string name, byte[] content)
    {
        _attachedBytes += content.Length;
        if (++_attachments > limits.MaxEntries)
        {
            throw new UnreadableDocumentException(Reasons.TooManyEntries(limits.MaxEntries));
        }

        if (_attachedBytes > limits.MaxInflatedBytes)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchInflated(limits.MaxInflatedBytes));
        }

        send(new ExtractionMessage(ExtractionMessageKind.Attachment, Name: name, Length: content.Length), content);
    }

    /// <summary>Reads a document inside this one, whose title and pages are not those of this one.</summary>
    /// <param name="levels">How far its headings are below those around it.</param>
    public void Nested(Action read, int levels = 0)
    {
        var page = Page;
        Page = levels > 0 ? null : page;
        Depth++;
        _levels += levels;
        try
        {
            read();
        }
        finally
        {
            Depth--;
            _levels -= levels;
            Page = page;
        }
    }

    public void Heading(int level, string? text)
    {
        var line = CleanText.Line(text);
        if (line.Length > 0)
        {
            _firstHeading ??= Depth == 0 ? Shorten(line) : null;
            Add(BlockKind.Heading, line, Math.Clamp(level + _levels, 1, 6));
        }
    }

    public void Paragraph(string? text) => Add(BlockKind.Paragraph, CleanText.Lines(text), 0);

    /// <summary>Text that goes on in the middle of the sentence with which an earlier page ends.</summary>
    public void Continuation(string? text) => Add(BlockKind.Paragraph, CleanText.Lines(text), 0, continues: true);

    public void ListItem(string? text) => Add(BlockKind.ListItem, CleanText.Lines(text), 0);

    public void Code(string? text) => Add(BlockKind.Code, CleanText.Code(text), 0);

    public void Table(TableGrid table) => new TableWriter((kind, text) => Add(kind, text, 0)).Write(table);

    public void Any(OfficeExtra extra)
    {
        if (extra.Table is not null)
        {
            Table(extra.Table);
        }
        else
        {
            Paragraph(extra.Text);
        }
    }

    /// <summary>The last message of the document.</summary>
    public ExtractionMessage Finish()
    {
        if (!HasText)
        {
            throw new UnreadableDocumentException(EmptyReason) { TextlessPages = Pages ?? 0 };
        }

        Send();
        var warnings = _warnings.ToList(Pages);
        var textless = _warnings.Textless(Pages);
        return new ExtractionMessage(
            ExtractionMessageKind.Done, 1, Title: Title, Pages: Pages, Warnings: warnings.Count > 0 ? warnings : null,
            Coverage: _warnings.Coverage(Pages, Unit), Textless: textless.Count > 0 ? textless : null,
            Properties: _properties);
    }

    private void Add(BlockKind kind, string text, int level, bool continues = false)
    {
        while (text.Length > MaxBlockCharacters)
        {
            var cut = CleanText.CutBefore(text, MaxBlockCharacters);
            Keep(new TextBlock(kind, text[..cut].TrimEnd(), level, Page, continues));
            text = text[cut..].TrimStart();
        }

        if (text.Length > 0)
        {
            Keep(new TextBlock(kind, text, level, Page, continues));
        }
    }

    private void Keep(TextBlock block)
    {
        _characters += ExtractionLimits.Count(block.Text);
        if (_characters > limits.MaxCharacters)
        {
            throw new UnreadableDocumentException(Reasons.TooMuchText(limits.MaxCharacters));
        }

        if (block.Page is { } page)
        {
            _warnings.HasText(page);
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
