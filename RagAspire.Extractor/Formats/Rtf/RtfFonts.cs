using System.Text;

namespace RagAspire.Extractor.Formats.Rtf;

/// <summary>The code pages of a document's fonts.</summary>
internal sealed class RtfFonts
{
    private readonly Dictionary<int, int> _codePages = [];

    /// <summary>The code page of the document, for fonts without one.</summary>
    public int CodePage { get; set; } = 1252;

    public int DefaultFont { get; set; }

    public void SetCharset(int font, int charset) => _codePages[font] = CodePageOf(charset);

    public Encoding EncodingOf(int font)
    {
        var codePage = _codePages.GetValueOrDefault(font);
        return TextDecoder.EncodingOf(codePage > 0 ? codePage : CodePage) ?? Encoding.Latin1;
    }

    private static int CodePageOf(int charset) => charset switch
    {
        77 => 10000,
        128 => 932,
        129 => 949,
        130 => 1361,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        254 => 437,
        255 => 850,
        _ => 0,
    };
}
