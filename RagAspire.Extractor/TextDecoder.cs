using System.Text;
using RagAspire.Extraction.Detection;
using UtfUnknown;

namespace RagAspire.Extractor;

/// <summary>Decodes a text file of any encoding.</summary>
internal static class TextDecoder
{
    private const int SampleBytes = 256 * 1024;
    private const string MostLikely = "windows-1252";

    public static byte[] ReadAll(Stream file)
    {
        var bytes = new byte[file.Length - file.Position];
        file.ReadExactly(bytes);
        return bytes;
    }

    public static string Decode(Stream file, Encoding? declared = null) => Decode(ReadAll(file), declared);

    /// <param name="declared">The encoding that the document declares; the bytes overrule it.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, Encoding? declared = null)
    {
        var encoding = TextEncodings.FromMark(bytes) ?? Choose(bytes, declared);
        var text = encoding.GetString(bytes);
        return text.StartsWith('\ufeff') ? text[1..] : text;
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

    private static Encoding Choose(ReadOnlySpan<byte> bytes, Encoding? declared)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleBytes)];
        if (TextEncodings.Detect(sample) is { } detected and not (UTF8Encoding or { CodePage: 28591 }))
        {
            return detected;
        }

        if (TextEncodings.IsUtf8(bytes) || MostlyUtf8(bytes))
        {
            return declared is { CodePage: 50220 or 50221 or 50222 or 50225 or 52936 or 65000 } stateful
                ? stateful
                : Encoding.UTF8;
        }

        return declared is null or UTF8Encoding or UnicodeEncoding ? Guess(sample) : declared;
    }

    // A single invalid byte does not make a long UTF-8 text another encoding.
    private static bool MostlyUtf8(ReadOnlySpan<byte> bytes)
    {
        var high = 0;
        foreach (var value in bytes)
        {
            high += value >= 0x80 ? 1 : 0;
        }

        var broken = 0;
        foreach (var character in Encoding.UTF8.GetString(bytes))
        {
            broken += character == '\ufffd' ? 1 : 0;
        }

        return broken * 20 < high;
    }

    private static Encoding Guess(ReadOnlySpan<byte> sample)
    {
        var detected = CharsetDetector.DetectFromBytes(sample.ToArray()).Detected;
        return detected is { Encoding: not null, Confidence: > .6f } ? detected.Encoding : Encoding.GetEncoding(MostLikely);
    }
}
