using System.Text;

namespace RagAspire.Extractor.Encodings;

internal enum Script
{
    None,
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Thai,
    Kana,
    HalfKatakana,
    Han,
    Hangul,
}

/// <summary>The script of a letter.</summary>
internal static class Letters
{
    private static readonly Encoding Simplified = Encoding.GetEncoding(936);
    private static readonly Encoding Traditional = Encoding.GetEncoding(950);
    private static readonly Encoding Korean = Encoding.GetEncoding(949);
    private static readonly Encoding Japanese = Encoding.GetEncoding(932);

    public static Script Of(char character) => character switch
    {
        '\u00aa' or '\u00ba' or '\u00b5' => Script.None,
        _ when char.IsAsciiLetter(character) => Script.Latin,
        >= '\u00c0' and <= '\u024f' when char.IsLetter(character) => Script.Latin,
        >= '\u1e00' and <= '\u1eff' => Script.Latin,
        >= '\u0370' and <= '\u03ff' when char.IsLetter(character) => Script.Greek,
        >= '\u0400' and <= '\u04ff' => Script.Cyrillic,
        >= '\u0590' and <= '\u05ff' => Script.Hebrew,
        >= '\u0600' and <= '\u06ff' => Script.Arabic,
        >= '\u0e00' and <= '\u0e7f' => Script.Thai,
        >= '\u3041' and <= '\u30fa' or '\u30fc' => Script.Kana,
        >= '\uff61' and <= '\uff9f' => Script.HalfKatakana,
        >= '\u4e00' and <= '\u9fff' => Script.Han,
        >= '\uac00' and <= '\ud7a3' => Script.Hangul,
        _ => Script.None,
    };

    /// <summary>Whether a standard lists the character among those of everyday use.</summary>
    public static bool IsCommonHan(char character) =>
        IsFirstLevel(Simplified, character, 0xB0, 0xD7) || IsFirstLevel(Traditional, character, 0xA4, 0xC6)
        || IsFirstLevel(Japanese, character, 0x88, 0x98);

    /// <summary>Whether the syllable is one of the national standard.</summary>
    public static bool IsCommonHangul(char character)
    {
        Span<byte> bytes = stackalloc byte[8];
        return Korean.GetBytes([character], bytes) == 2 && bytes[0] >= 0xA1 && bytes[1] >= 0xA1;
    }

    private static bool IsFirstLevel(Encoding encoding, char character, byte first, byte last)
    {
        Span<byte> bytes = stackalloc byte[8];
        return encoding.GetBytes([character], bytes) == 2 && bytes[0] >= first && bytes[0] <= last;
    }
}
