using System.Globalization;
using System.Text;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.Rtf;

/// <summary>
/// Rich Text Format: the text of its groups in their code pages or as Unicode, without pictures, field instructions and
/// hidden text. Groups are kept on an explicit stack, so that deep nesting cannot overflow the call stack.
/// </summary>
internal sealed class RtfFormat : IFormatReader
{
    private const int MaxDepth = 100_000;

    private readonly RtfFonts _fonts = new();
    private readonly Stack<RtfGroup> _outer = new();
    private readonly List<byte> _bytes = [];
    private readonly StringBuilder _definition = new();
    private readonly Dictionary<int, int> _headingStyles = [];
    private RtfGroup _group = new(RtfDestination.Text, 0);
    private RtfBlocks _blocks = null!;
    private bool _isExtension;
    private int _toSkip;
    private int _definedFont;
    private char _highSurrogate;

    public void Read(Stream file, DocumentSink sink)
    {
        _blocks = new RtfBlocks(sink);
        var lexer = new RtfLexer(TextDecoder.ReadAll(file));
        for (var token = lexer.Next(); token.Kind != RtfTokenKind.End; token = lexer.Next())
        {
            Token(token, sink);
        }

        FlushBytes();
        _blocks.End();
    }

    private void Token(RtfToken token, DocumentSink sink)
    {
        if (token.Kind == RtfTokenKind.Byte)
        {
            if (_toSkip > 0)
            {
                _toSkip--;
            }
            else
            {
                _bytes.Add((byte)token.Number!.Value);
            }

            return;
        }

        FlushBytes();
        switch (token.Kind)
        {
            case RtfTokenKind.GroupStart when _outer.Count < MaxDepth:
                _outer.Push(_group);
                _toSkip = 0;
                break;
            case RtfTokenKind.GroupEnd when _outer.Count > 0:
                EndDefinition(sink);
                _group = _outer.Pop();
                _toSkip = 0;
                break;
            case RtfTokenKind.Control when token.Word == "*":
                _isExtension = true;
                break;
            case RtfTokenKind.Control:
                Control(token.Word, token.Number);
                _isExtension = false;
                break;
            default:
                break;
        }
    }

    private void Control(string word, int? number)
    {
        if (_toSkip > 0 && word != "u")
        {
            _toSkip--;
            return;
        }

        if (RtfGroup.Opened(word, _isExtension) is { } destination)
        {
            // Inside a skipped group only the text of shapes and of Unicode alternatives is read.
            var isHidden = _group.Destination is RtfDestination.Skipped && word is not ("shptxt" or "ud");
            _group = _group with { Destination = isHidden ? RtfDestination.Skipped : destination };
            return;
        }

        switch (word)
        {
            case "u":
                Unicode(number ?? 0);
                break;
            case "uc":
                _group = _group with { FallbackLength = Math.Clamp(number ?? 1, 0, 100) };
                break;
            case "f" or "deff" or "fcharset" or "ansicpg" or "cpg" or "plain" or "mac" or "pc":
                Font(word, number ?? 0);
                break;
            case "v" or "deleted":
                _group = _group with { IsHidden = number != 0 };
                break;
            case "trhdr" or "clvmrg" or "clmrg" or "cellx":
                _blocks.Define(word);
                break;
            case "super" or "sub" or "nosupersub" or "strike" or "striked":
                _group = _group with { TextStyle = number == 0 ? TextStyle.Plain : StyleOf(word) };
                break;
            case "s" or "outlinelevel" or "pard" or "intbl" or "trowd":
                Paragraph(word, number ?? 0);
                break;
            default:
                Break(word);
                break;
        }
    }

    private void Font(string word, int number)
    {
        switch (word)
        {
            case "f" when _group.Destination == RtfDestination.Fonts:
                _definedFont = number;
                break;
            case "f":
                _group = _group with { Font = number };
                break;
            case "fcharset":
                _fonts.SetCharset(_definedFont, number);
                break;
            case "deff":
                _fonts.DefaultFont = number;
                _group = _group with { Font = number };
                break;
            case "plain":
                _group = _group with { Font = _fonts.DefaultFont, IsHidden = false, TextStyle = TextStyle.Plain };
                break;
            case "ansicpg":
                _fonts.CodePage = number;
                break;
            case "mac" or "pc":
                _fonts.CodePage = word == "mac" ? 10000 : 437;
                break;
            default:
                break;
        }
    }

    private void Paragraph(string word, int number)
    {
        if (_group.Destination == RtfDestination.Styles)
        {
            _group = word == "s" ? _group with { Style = number } : _group;
            return;
        }

        switch (word)
        {
            case "pard":
                _blocks.HeadingLevel = 0;
                _blocks.IsInTable = false;
                break;
            case "s":
                _blocks.HeadingLevel = _headingStyles.GetValueOrDefault(number);
                break;
            case "outlinelevel":
                _blocks.HeadingLevel = number is >= 0 and < 9 ? Math.Min(number + 1, 6) : 0;
                break;
            case "trowd":
                _blocks.DefineRow();
                _blocks.IsInTable = true;
                break;
            default:
                _blocks.IsInTable = true;
                break;
        }
    }

    private void Break(string word)
    {
        if (_group.Destination is not (RtfDestination.Text or RtfDestination.ListMarker))
        {
            return;
        }

        switch (word)
        {
            case "par" or "sect" or "page":
                _blocks.EndParagraph();
                break;
            case "cell" or "nestcell":
                _blocks.EndCell();
                break;
            case "row" or "nestrow":
                _blocks.EndRow();
                break;
            case "footnote":
                Append(" ");
                break;
            default:
                Append(Character(word));
                break;
        }
    }

    private static string Character(string word) => word switch
    {
        "line" or "softline" => "\n",
        "tab" or "~" or "emspace" or "enspace" or "qmspace" => " ",
        "_" => "-",
        "emdash" => "—",
        "endash" => "–",
        "bullet" => "•",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        _ => string.Empty,
    };

    private void Unicode(int number)
    {
        var character = (char)(ushort)number;
        _toSkip = _group.FallbackLength;
        if (char.IsHighSurrogate(character))
        {
            _highSurrogate = character;
            return;
        }

        Append(char.IsLowSurrogate(character) ? new string([_highSurrogate, character]) : character.ToString());
    }

    private void FlushBytes()
    {
        if (_bytes.Count > 0)
        {
            Append(_fonts.EncodingOf(_group.Font).GetString([.. _bytes]));
            _bytes.Clear();
        }
    }

    private void Append(string text)
    {
        switch (_group.Destination)
        {
            case RtfDestination.Text or RtfDestination.ListMarker when !_group.IsHidden:
                _blocks.Append(text, _group.TextStyle, _group.Destination == RtfDestination.ListMarker);
                break;
            case RtfDestination.Comment:
                _blocks.AppendComment(text);
                break;
            case RtfDestination.Title or RtfDestination.Styles:
                _definition.Append(text);
                break;
            default:
                break;
        }
    }

    private static TextStyle StyleOf(string word) => word switch
    {
        "super" => TextStyle.Raised,
        "sub" => TextStyle.Lowered,
        "nosupersub" => TextStyle.Plain,
        _ => TextStyle.Struck,
    };

    private void EndDefinition(DocumentSink sink)
    {
        if (_definition.Length == 0)
        {
            return;
        }

        var text = _definition.ToString().Trim().TrimEnd(';');
        _definition.Clear();
        if (_group.Destination == RtfDestination.Title)
        {
            sink.Title = text;
        }
        else if (_group.Style >= 0 && text.StartsWith("heading ", StringComparison.OrdinalIgnoreCase)
            && int.TryParse(text.AsSpan(8), NumberStyles.Integer, CultureInfo.InvariantCulture, out var level))
        {
            _headingStyles[_group.Style] = Math.Clamp(level, 1, 6);
        }
    }
}
