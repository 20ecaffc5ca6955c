using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace RagAspire.Extraction.Detection;

/// <summary>Distinguishes text from binary data, and Unicode encodings from code pages.</summary>
public static class TextEncodings
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [1, 2, 3, 4, 5, 6, 7, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29, 30, 31, 127]);

    private static readonly UTF32Encoding Utf32BigEndian = new(bigEndian: true, byteOrderMark: true);

    /// <summary>
    /// The encoding of a text that starts with these bytes. Latin-1 stands for any code page; null for binary data.
    /// </summary>
    public static Encoding? Detect(ReadOnlySpan<byte> head)
    {
        if (FromMark(head) is { } marked)
        {
            return marked;
        }

        if (head.Contains((byte)0))
        {
            return GuessWide(head) ?? (IsTextWithFewNulls(head) ? Encoding.UTF8 : null);
        }

        var isUtf8 = IsUtf8(head);
        if (isUtf8 && head.Length > 0 && Share(head, Controls) > .02)
        {
            return null;
        }

        // A tenth of compressed data are control characters, of text in a code page nearly none. Chinese text in UTF-16
        // has no zero bytes, but is not valid UTF-8.
        return isUtf8 ? Encoding.UTF8
            : GuessWide(head) is { } wide ? wide
            : Share(head, Controls) < .005 ? Encoding.Latin1
            : null;
    }

    /// <summary>The encoding of a byte order mark.</summary>
    public static Encoding? FromMark(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? Encoding.UTF8
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE, 0, 0]) ? Encoding.UTF32
        : head.StartsWith((ReadOnlySpan<byte>)[0, 0, 0xFE, 0xFF]) ? Utf32BigEndian
        : head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) ? Encoding.Unicode
        : head.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]) ? Encoding.BigEndianUnicode
        : null;

    /// <summary>Whether the bytes are UTF-8; the last character may be incomplete.</summary>
    public static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        for (var cut = 0; cut <= 3 && cut <= bytes.Length; cut++)
        {
            if (Utf8.IsValid(bytes[..^cut]))
            {
                return cut == 0 || Rune.DecodeFromUtf8(bytes[^cut..], out _, out _) == OperationStatus.NeedMoreData;
            }
        }

        return false;
    }

    private static bool IsTextWithFewNulls(ReadOnlySpan<byte> head) =>
        head.Count((byte)0) * 200 < head.Length && IsUtf8(head) && Share(head, Controls) < .005;

    private static Encoding? GuessWide(ReadOnlySpan<byte> head)
    {
        if (head.Length < 4)
        {
            return null;
        }

        var sample = head[..Math.Min(head.Length & ~1, 8192)];
        var little = Plausibility(Encoding.Unicode.GetString(sample));
        var big = Plausibility(Encoding.BigEndianUnicode.GetString(sample));
        return Math.Max(little, big) < .97 ? null : little >= big ? Encoding.Unicode : Encoding.BigEndianUnicode;
    }

    // With the wrong width or byte order, text decodes to rare scripts, unassigned characters and controls.
    // Real text stays within a few scripts and has spaces, line ends or ideographic punctuation.
    private static double Plausibility(string text)
    {
        var good = 0;
        var separators = 0;
        var blocks = new Dictionary<int, int>();
        foreach (var character in text)
        {
            var category = char.GetUnicodeCategory(character);
            if (character is ' ' or '\n' or '\t' or '\u3000' or '\u3001' or '\u3002' or '\uff0c' or ',')
            {
                separators++;
                good++;
            }
            else if (character is '\r' || category is not (UnicodeCategory.Control or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate))
            {
                good++;
                var block = BlockOf(character);
                blocks[block] = blocks.GetValueOrDefault(block) + 1;
            }
        }

        var common = blocks.Values.OrderDescending().Take(4).Sum();
        var isScattered = common < .9 * blocks.Values.Sum();
        var isLatin = blocks.GetValueOrDefault(0) > text.Length / 2;
        return text.Length == 0 || isScattered || (separators * 200 < text.Length && !isLatin) ? 0 : (double)good / text.Length;
    }

    // Ideographs and Hangul count as one script each; the rest by blocks of 128 characters.
    private static int BlockOf(char character) => character switch
    {
        >= '\u2e80' and <= '\u9fff' => 0x2e80,
        >= '\uac00' and <= '\ud7af' => 0xac00,
        _ => character >> 7,
    };

    private static double Share(ReadOnlySpan<byte> bytes, SearchValues<byte> wanted)
    {
        var count = 0;
        for (var rest = bytes; rest.IndexOfAny(wanted) is >= 0 and var index; rest = rest[(index + 1)..])
        {
            count++;
        }

        return bytes.Length == 0 ? 0 : (double)count / bytes.Length;
    }
}
