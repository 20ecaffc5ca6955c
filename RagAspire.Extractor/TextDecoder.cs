using System.Text;
using System.Text.Unicode;
using RagAspire.Extraction;
using RagAspire.Extraction.Detection;
using RagAspire.Extractor.Encodings;

namespace RagAspire.Extractor;

/// <summary>Decodes a text file of any encoding.</summary>
internal static class TextDecoder
{
    private const int SampleBytes = 256 * 1024;
    private const double Certain = .6;

    // Of the bytes beyond ASCII, the least share in lines of UTF-8 by which a file counts as mixed.
    private const double MixedShare = .2;

    public static byte[] ReadAll(Stream file)
    {
        var bytes = new byte[file.Length - file.Position];
        file.ReadExactly(bytes);
        return bytes;
    }

    public static string Decode(Stream file, DocumentSink sink, Encoding? declared = null) =>
        Decode(ReadAll(file), sink, declared);

    /// <param name="sink">Takes the warning when the encoding is not certain.</param>
    /// <param name="declared">The encoding that the document declares; the bytes may overrule it.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, DocumentSink sink, Encoding? declared = null)
    {
        var text = TextEncodings.FromMark(bytes) is { } marked ? marked.GetString(bytes) : Unmarked(bytes, sink, declared);
        return TerminalText.Clean(text.StartsWith('\ufeff') ? text[1..] : text);
    }

    /// <summary>The encoding of this name; null when there is none.</summary>
    public static Encoding? EncodingNamed(string? name)
    {
        try
        {
            return string.IsNullOrWhiteSpace(name) ? null : Encoding.GetEncoding(name.Trim());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The encoding of this code page; null when there is none.</summary>
    public static Encoding? EncodingOf(int codePage)
    {
        try
        {
            return Encoding.GetEncoding(codePage);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Unmarked(ReadOnlySpan<byte> bytes, DocumentSink sink, Encoding? declared)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        if (TextEncodings.Detect(sample) is { } detected and not (UTF8Encoding or { CodePage: 28591 }))
        {
            return detected.GetString(bytes);
        }

        if (Shifted(sample) is { } shifted)
        {
            return shifted.GetString(bytes);
        }

        if (TextEncodings.IsUtf8(bytes))
        {
            return declared is { CodePage: 50220 or 50221 or 50222 or 50225 or 52936 or 65000 } stateful
                ? stateful.GetString(bytes)
                : Encoding.UTF8.GetString(bytes);
        }

        return Utf8Share(bytes) switch
        {
            < MixedShare => Legacy(bytes, sink, declared).GetString(bytes),
            _ => Mixed(bytes, sink, declared),
        };
    }

    /// <summary>The encodings that switch between character sets by escape sequences.</summary>
    private static Encoding? Shifted(ReadOnlySpan<byte> bytes) =>
        !bytes.Contains((byte)0x1b) || bytes.ContainsAnyExceptInRange((byte)0, (byte)0x7f) ? null
        : bytes.IndexOf("\u001b$)C"u8) >= 0 ? EncodingOf(50225)
        : bytes.IndexOf("\u001b$B"u8) >= 0 || bytes.IndexOf("\u001b$@"u8) >= 0 || bytes.IndexOf("\u001b(J"u8) >= 0 || bytes.IndexOf("\u001b(I"u8) >= 0
            ? EncodingOf(50221)
        : bytes.IndexOf("\u001b$)A"u8) >= 0 ? EncodingOf(50227)
        : null;

    private static Encoding Legacy(ReadOnlySpan<byte> bytes, DocumentSink sink, Encoding? declared)
    {
        var guess = EncodingGuess.Of(bytes, declared is UTF8Encoding or UnicodeEncoding ? null : declared);
        if (guess.Certainty < Certain)
        {
            sink.Warn(WarningCodes.EncodingUncertain, guess.Encoding.WebName);
        }

        return guess.Encoding;
    }

    /// <summary>The share of bytes beyond ASCII that stand in lines of UTF-8.</summary>
    private static double Utf8Share(ReadOnlySpan<byte> bytes)
    {
        var (all, inUtf8) = (0, 0);
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var high = High(bytes[range]);
            all += high;
            inUtf8 += high > 0 && IsMostlyUtf8(bytes[range], high) ? high : 0;
        }

        return (double)inUtf8 / Math.Max(1, all);
    }

    /// <summary>Each line by itself: files that several programs wrote, and single invalid bytes in a text of UTF-8.</summary>
    private static string Mixed(ReadOnlySpan<byte> bytes, DocumentSink sink, Encoding? declared)
    {
        var legacy = new List<byte>();
        var lines = 0;
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var line = bytes[range];
            if (High(line) is > 0 and var high && !IsMostlyUtf8(line, high))
            {
                legacy.AddRange(line);
                legacy.Add((byte)'\n');
                lines++;
            }
        }

        if (lines == 0)
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var other = Legacy(legacy.ToArray(), sink, declared);
        sink.Warn(WarningCodes.EncodingMixed, $"utf-8 and {other.WebName}", lines);
        var text = new StringBuilder(bytes.Length);
        foreach (var range in bytes.Split((byte)'\n'))
        {
            var line = bytes[range];
            var separator = range.Start.Value > 0 ? "\n" : string.Empty;
            var isUtf8 = High(line) is var high && (high == 0 || IsMostlyUtf8(line, high));
            text.Append(separator).Append((isUtf8 ? Encoding.UTF8 : other).GetString(line));
        }

        return text.ToString();
    }

    private static int High(ReadOnlySpan<byte> line)
    {
        var high = 0;
        foreach (var value in line)
        {
            high += value >> 7;
        }

        return high;
    }

    // A single invalid byte does not make a long line another encoding.
    private static bool IsMostlyUtf8(ReadOnlySpan<byte> line, int high)
    {
        if (Utf8.IsValid(line))
        {
            return true;
        }

        var broken = 0;
        foreach (var character in Encoding.UTF8.GetString(line))
        {
            broken += character == '\ufffd' ? 1 : 0;
        }

        return broken * 8 < high;
    }
}
