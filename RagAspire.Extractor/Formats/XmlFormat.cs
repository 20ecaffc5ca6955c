using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using RagAspire.Extractor.Formats.Html;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// XML of any vocabulary: elements with a value as lines of "name: value", a paragraph for each record, and mixed content as
/// text. Read token by token; XML that is not well-formed is read as HTML.
/// </summary>
internal sealed partial class XmlFormat : IFormatReader
{
    private const int RecordDepth = 2;
    private const int MaxLines = 60;
    private const int ShortValue = 80;
    private const int LongAttribute = 200;

    private readonly StringBuilder _record = new();
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _names = new();
    private int _mixedDepth;
    private int _lines;

    public void Read(Stream file, DocumentSink sink)
    {
        var bytes = TextDecoder.ReadAll(file);
        var text = TextDecoder.Decode(bytes, sink, DeclaredEncoding(bytes));
        try
        {
            // The declaration has an encoding of bytes, or a version that the parser does not support.
            using var reader = SafeXml.Reader(Declaration().Replace(text.TrimStart(), string.Empty, 1));
            while (reader.Read())
            {
                Node(reader, sink);
            }
        }
        catch (XmlException) when (!sink.HasText && _record.Length == 0 && !text.Contains("<!ENTITY", StringComparison.Ordinal))
        {
            HtmlFormat.ReadFragment(text, sink);
        }
        finally
        {
            Flush(sink);
        }
    }

    private void Node(XmlReader reader, DocumentSink sink)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element:
                Start(reader, sink);
                break;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                _text.Append(reader.Value);
                break;
            case XmlNodeType.EndElement:
                End(reader.Depth, sink);
                break;
            default:
                break;
        }
    }

    private void Start(XmlReader reader, DocumentSink sink)
    {
        if (_mixedDepth == 0 && !IsBlank(_text))
        {
            // Text before an element means mixed content until the end of the parent.
            _mixedDepth = reader.Depth;
        }

        if (_mixedDepth > 0)
        {
            _text.Append(' ');
        }
        else
        {
            _text.Clear();
        }

        var (name, depth, isEmpty) = (reader.LocalName, reader.Depth, reader.IsEmptyElement);
        _names.Push(name);
        while (reader.MoveToNextAttribute())
        {
            if (_mixedDepth == 0 && reader.Value.Length <= LongAttribute
                && reader.Name is not ("xmlns" or "style" or "class" or "id")
                && reader.Prefix is not ("xmlns" or "xsi" or "xml"))
            {
                Line(reader.LocalName, reader.Value);
            }
        }

        if (isEmpty)
        {
            End(depth, sink);
        }
    }

    private void End(int depth, DocumentSink sink)
    {
        var name = _names.Count > 0 ? _names.Pop() : string.Empty;
        if (_mixedDepth == 0 || depth < _mixedDepth)
        {
            if (name is "title" or "heading" or "head" && _text.Length < 300 && !IsBlank(_text))
            {
                Flush(sink);
                sink.Title ??= _text.ToString();
                sink.Heading(Math.Max(1, depth - 1), _text.ToString());
            }
            else
            {
                Line(name, _text.ToString());
            }

            _text.Clear();
            _mixedDepth = 0;
        }

        if (depth < RecordDepth || _lines > MaxLines || _record.Length > 32 * 1024)
        {
            Flush(sink);
        }
    }

    private void Line(string name, string value)
    {
        var text = CleanText.Line(value);
        if (text.Length > 0)
        {
            _record.Append(text.Length <= ShortValue ? $"{name}: {text}" : text).Append('\n');
            _lines++;
        }
    }

    private void Flush(DocumentSink sink)
    {
        sink.Paragraph(_record.ToString());
        _record.Clear();
        _lines = 0;
    }

    private static bool IsBlank(StringBuilder text)
    {
        foreach (var chunk in text.GetChunks())
        {
            if (!chunk.Span.IsWhiteSpace())
            {
                return false;
            }
        }

        return true;
    }

    private static Encoding? DeclaredEncoding(ReadOnlySpan<byte> bytes)
    {
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, 200)]);
        return DeclaredName().Match(head) is { Success: true } match ? TextDecoder.EncodingNamed(match.Groups[1].Value) : null;
    }

    [GeneratedRegex(@"^\s*<\?xml[^>]{0,200}\?>")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"^\W{0,3}<\?xml[^>]{0,100}?encoding\s*=\s*[""']([\w.:-]{1,40})")]
    private static partial Regex DeclaredName();
}
