using System.Globalization;
using RagAspire.Extraction;
using RagAspire.Vectors.Terms;

namespace RagAspire.Ingestion.Chunking;

/// <summary>Cuts a document's blocks into pieces, and counts the tokens of each once.</summary>
internal sealed class PieceReader(int maxTokens)
{
    private const string PathSeparator = " > ";

    // Longer words are cut like text without spaces, because the tokenizer is slow on long input.
    private const int MaxWordCharacters = 128;
    private const int MaxSentenceCharacters = 2000;
    private const int MaxHeadingCharacters = 300;

    private readonly List<Piece> _pieces = [];
    private Heading _section = Heading.Top;
    private BlockKind? _previous;
    private int? _page;

    private int MaxPathTokens => maxTokens / 4;

    private int Budget => maxTokens - _section.PathTokens;

    public IReadOnlyList<Piece> Read(ExtractedDocument document)
    {
        foreach (var block in document.Blocks)
        {
            _page = block.Page;
            switch (block.Kind)
            {
                case BlockKind.Heading when TryAddHeading(block):
                    break;
                case BlockKind.Table:
                    AddTable(block.Text);
                    break;
                default:
                    AddLines(block.Text, block.Continues && _pieces.Count > 0 ? Border.Word : BorderBefore(block.Kind));
                    break;
            }

            _previous = block.Kind;
        }

        SettleHeadings();
        return _pieces;
    }

    /// <summary>
    /// Moves a heading to the page of the text after it. A heading without text becomes a line of the section above it, so
    /// that headings at the start of a chunk always form one path.
    /// </summary>
    private void SettleHeadings()
    {
        for (var index = _pieces.Count - 1; index >= 0; index--)
        {
            var piece = _pieces[index];
            var next = index + 1 < _pieces.Count ? _pieces[index + 1] : null;
            if (piece.HeadingLevel > 0)
            {
                _pieces[index] = next is null || (next.HeadingLevel > 0 && next.HeadingLevel <= piece.HeadingLevel)
                    ? piece with { HeadingLevel = 0, Section = piece.Section.Parent! }
                    : piece with { Page = next.Page };
            }
        }
    }

    // The items of a list belong together.
    private Border BorderBefore(BlockKind kind) =>
        kind == BlockKind.ListItem && _previous == BlockKind.ListItem ? Border.Line : Border.Paragraph;

    private bool TryAddHeading(TextBlock block)
    {
        var text = block.Text.ReplaceLineEndings(" ").Trim();
        var tokens = TokenCounter.Count(text);
        if (text.Length is 0 or > MaxHeadingCharacters || tokens + 1 > MaxPathTokens)
        {
            return false;
        }

        var parent = _section;
        while (parent.Level >= block.Level && parent.Parent is not null)
        {
            parent = parent.Parent;
        }

        var path = PathOf(text, parent);
        _section = new Heading(text, block.Level, parent, path, TokenCounter.Count(path) + TokenCounter.CountBreak(path, "\n"));
        _pieces.Add(new Piece(text, tokens, Border.Heading, _section, _page, block.Level));
        return true;
    }

    // The nearest heading matters most, so a path that is too long loses its outer headings.
    private string PathOf(string text, Heading parent)
    {
        var path = text;
        for (var heading = parent; heading.Level > 0; heading = heading.Parent!)
        {
            var longer = heading.Text + PathSeparator + path;
            if (TokenCounter.Count(longer) + 1 > MaxPathTokens)
            {
                break;
            }

            path = longer;
        }

        return path;
    }

    private void AddTable(string text)
    {
        Piece? header = null;
        var border = Border.Paragraph;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var row = text.AsSpan(range).TrimEnd();
            if (row.IsEmpty)
            {
                continue;
            }

            var first = _pieces.Count;
            AddLine(row, border, header);
            if (header is null && _pieces.Count == first + 1 && _pieces[first].Tokens < Budget / 4)
            {
                header = _pieces[first];
            }

            border = Border.Line;
        }
    }

    private void AddLines(string text, Border border)
    {
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan(range).TrimEnd();
            if (!line.IsEmpty)
            {
                AddLine(line, border, tableHeader: null);
                border = Border.Line;
            }
        }
    }

    private void AddLine(ReadOnlySpan<char> line, Border border, Piece? tableHeader)
    {
        var isJoined = false;
        while (!line.IsEmpty)
        {
            var sentence = tableHeader is null ? line[..Sentences.FirstLength(line)] : line;
            var isCut = sentence.Length > MaxSentenceCharacters;
            if (isCut)
            {
                sentence = sentence[..CutBefore(sentence, MaxSentenceCharacters)];
            }

            AddSentence(sentence.TrimEnd(), new Place(border, isJoined, tableHeader));
            line = line[sentence.Length..];
            isJoined = !char.IsWhiteSpace(sentence[^1]) && !line.IsEmpty && !char.IsWhiteSpace(line[0]);
            border = !isCut ? Border.Sentence : isJoined ? Border.None : Border.Word;
            line = line.TrimStart();
        }
    }

    private void AddSentence(ReadOnlySpan<char> sentence, Place place)
    {
        if (!HasEndlessWord(sentence))
        {
            var tokens = Count(sentence, place);
            if (tokens <= Room(place))
            {
                Add(sentence, tokens, place);
                return;
            }
        }

        sentence = sentence.TrimStart(' ');
        while (!sentence.IsEmpty)
        {
            var space = sentence.IndexOf(' ');
            var word = space < 0 ? sentence : sentence[..space];
            AddWord(word, place);
            sentence = sentence[word.Length..].TrimStart(' ');
            place = place with { Border = Border.Word, IsJoined = false };
        }
    }

    private void AddWord(ReadOnlySpan<char> word, Place place)
    {
        while (word.Length > 0)
        {
            var part = word[..PartLength(word, place)];
            Add(part, Count(part, place), place);
            word = word[part.Length..];
            place = place with { Border = Border.None, IsJoined = true };
        }
    }

    // A whole word, or as many characters of a long one as certainly fit.
    private int PartLength(ReadOnlySpan<char> word, Place place)
    {
        var length = word.Length <= MaxWordCharacters ? word.Length : GraphemeCut(word, MaxWordCharacters);
        while (length > 2 && Count(word[..length], place) > Room(place) / 2)
        {
            length = GraphemeCut(word, length / 2);
        }

        return length;
    }

    // A line break and a different split at the border take up to two tokens.
    private int Room(Place place) => Budget - (place.TableHeader?.Tokens ?? 0) - 2;

    private static int GraphemeCut(ReadOnlySpan<char> word, int limit)
    {
        var length = 0;
        while (length < word.Length)
        {
            var next = StringInfo.GetNextTextElementLength(word[length..]);
            if (length > 0 && length + next > limit)
            {
                break;
            }

            // A grapheme with thousands of combining marks is cut inside.
            length += length == 0 && next > limit ? Math.Min(next, Math.Max(limit, 2)) : next;
            if (length >= limit)
            {
                break;
            }
        }

        return length;
    }

    private static bool HasEndlessWord(ReadOnlySpan<char> text)
    {
        while (text.Length > MaxWordCharacters)
        {
            var space = text[..(MaxWordCharacters + 1)].LastIndexOf(' ');
            if (space < 0)
            {
                return true;
            }

            text = text[(space + 1)..];
        }

        return false;
    }

    private static int CutBefore(ReadOnlySpan<char> text, int limit)
    {
        var space = text[..limit].LastIndexOf(' ');
        return space > 0 ? space + 1 : char.IsHighSurrogate(text[limit - 1]) ? limit - 1 : limit;
    }

    private static int Count(ReadOnlySpan<char> text, Place place) =>
        TokenCounter.Count(place.Border is Border.Word or Border.Sentence && !place.IsJoined ? $" {text}" : text);

    private void Add(ReadOnlySpan<char> text, int tokens, Place place) => _pieces.Add(new Piece(
        text.ToString(), tokens, place.Border, _section, _page, 0, place.IsJoined, place.TableHeader));

    /// <summary>How a piece follows the one before.</summary>
    private readonly record struct Place(Border Border, bool IsJoined, Piece? TableHeader);
}
