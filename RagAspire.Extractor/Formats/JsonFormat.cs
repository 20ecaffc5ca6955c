using System.Globalization;
using System.Text;
using System.Text.Json;
using RagAspire.Extraction;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// JSON and JSON lines as lines of "path: value", a paragraph for each record. Read token by token, so that depth and
/// size need no memory. Of damaged JSON the records before and after the damage are read.
/// </summary>
internal sealed class JsonFormat : IFormatReader
{
    private const int RecordDepth = 2;
    private const int MaxLines = 60;
    private const int MaxPathParts = 8;
    private const int MaxNameLength = 100;

    private static readonly JsonReaderOptions Lenient = new()
    {
        AllowMultipleValues = true,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = int.MaxValue,
    };

    // Whether each open object or array has a current name, and these names alone: the path of a value costs the same at
    // any depth.
    private readonly Stack<bool> _levels = new();
    private readonly List<string> _names = [];
    private readonly StringBuilder _record = new();
    private string? _lastPath;
    private int _lines;

    public void Read(Stream file, DocumentSink sink)
    {
        var text = TextDecoder.Decode(file, sink);
        text = JsonRecords.HasForeignWords(text) ? JsonRecords.WithoutForeignWords(text) : text;
        if (TryRead(text, sink) is { } damage)
        {
            Recover(text, damage, sink);
            if (!sink.HasText)
            {
                PlainTextFormat.Read(text, sink);
            }
        }

        Flush(sink);
    }

    /// <returns>The position of the damage; null when there is none.</returns>
    private int? TryRead(string text, DocumentSink sink)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, Lenient);
        try
        {
            while (reader.Read())
            {
                Token(ref reader, sink);
            }

            return null;
        }
        catch (JsonException)
        {
            return Encoding.UTF8.GetCharCount(bytes.AsSpan(0, (int)reader.BytesConsumed));
        }
    }

    private void Recover(string text, int damage, DocumentSink sink)
    {
        Restart(sink);
        sink.Warn(WarningCodes.RecordsUnreadable, LineOf(text, damage));
        var failed = 0;
        foreach (var record in JsonRecords.After(text, damage))
        {
            if (record is null || TryRead(record, sink) is not null)
            {
                failed++;
            }

            Restart(sink);
        }

        if (failed > 0)
        {
            sink.Warn(WarningCodes.RecordsUnreadable, where: null, failed);
        }
    }

    private void Restart(DocumentSink sink)
    {
        Flush(sink);
        _levels.Clear();
        _names.Clear();
    }

    private static string LineOf(string text, int position) =>
        $"line {(text.AsSpan(0, position).Count('\n') + 1).ToString(CultureInfo.InvariantCulture)}";

    private void Token(ref Utf8JsonReader reader, DocumentSink sink)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _levels.Push(false);
                break;
            case JsonTokenType.PropertyName:
                LeaveName();
                _names.Add(Shorten(reader.GetString()!));
                _levels.Push(true);
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                LeaveName();
                if (_levels.Count < RecordDepth || _lines > MaxLines)
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
        var path = string.Join('.', _names[Math.Max(0, _names.Count - MaxPathParts)..]);
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

    /// <summary>Ends the current level with its name.</summary>
    private void LeaveName()
    {
        if (_levels.Pop())
        {
            _names.RemoveAt(_names.Count - 1);
        }
    }

    private static string Shorten(string name) =>
        name.Length <= MaxNameLength ? name : name[..CleanText.CutBefore(name, MaxNameLength)];

    private void Flush(DocumentSink sink)
    {
        sink.Paragraph(_record.ToString());
        _record.Clear();
        _lastPath = null;
        _lines = 0;
    }
}
