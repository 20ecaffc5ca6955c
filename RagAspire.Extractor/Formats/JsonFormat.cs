using System.Text;
using System.Text.Json;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// JSON and JSON lines as lines of "path: value", a paragraph for each record. Read token by token, so that depth and
/// size need no memory. Damaged JSON is read up to the damage.
/// </summary>
internal sealed class JsonFormat : IFormatReader
{
    private const int RecordDepth = 2;
    private const int MaxLines = 60;
    private const int MaxPathParts = 8;

    private static readonly JsonReaderOptions Lenient = new()
    {
        AllowMultipleValues = true,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = int.MaxValue,
    };

    private readonly List<string?> _path = [];
    private readonly StringBuilder _record = new();
    private string? _lastPath;
    private int _lines;

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file);
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, Lenient);
        try
        {
            while (reader.Read())
            {
                Token(ref reader, sink);
            }
        }
        catch (JsonException)
        {
            Flush(sink);
            if (!sink.HasText)
            {
                PlainTextFormat.Read(text, sink);
            }
        }

        Flush(sink);
    }

    private void Token(ref Utf8JsonReader reader, DocumentSink sink)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _path.Add(null);
                break;
            case JsonTokenType.PropertyName:
                _path[^1] = reader.GetString();
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                _path.RemoveAt(_path.Count - 1);
                if (_path.Count < RecordDepth || _lines > MaxLines)
                {
                    Flush(sink);
                }

                break;
            case JsonTokenType.String:
                Value(reader.GetString());
                break;
            case JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False:
                Value(Encoding.UTF8.GetString(reader.ValueSpan));
                break;
            default:
                break;
        }

        if (_record.Length > 32 * 1024)
        {
            Flush(sink);
        }
    }

    private void Value(string? value)
    {
        var text = CleanText.Line(value);
        if (text.Length == 0)
        {
            return;
        }

        // The values of an array are on one line.
        var path = string.Join('.', _path.Where(part => part is not null).TakeLast(MaxPathParts));
        if (path == _lastPath)
        {
            _record.Append(", ").Append(text);
            return;
        }

        _record.Append(_record.Length > 0 ? "\n" : string.Empty)
            .Append(path).Append(path.Length > 0 ? ": " : string.Empty).Append(text);
        _lastPath = path;
        _lines++;
    }

    private void Flush(DocumentSink sink)
    {
        sink.Paragraph(_record.ToString());
        _record.Clear();
        _lastPath = null;
        _lines = 0;
    }
}
