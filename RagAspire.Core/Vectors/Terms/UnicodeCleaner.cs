using System.Text;

namespace RagAspire.Vectors.Terms;

/// <summary>Normalises text of equal meaning to equal characters.</summary>
internal static class UnicodeCleaner
{
    private const char SoftHyphen = '\u00AD';
    private const char ZeroWidthNonJoiner = '\u200C';
    private const char ZeroWidthNoBreakSpace = '\uFEFF';

    /// <summary>Composes accents, opens ligatures and full-width letters, and drops what is invisible.</summary>
    public static string Clean(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var clean = IsClean(text) ? text : Replace(text);
        return clean.IsNormalized(NormalizationForm.FormKC) ? clean : clean.Normalize(NormalizationForm.FormKC);
    }

    private static bool IsClean(string text)
    {
        foreach (var c in text.AsSpan())
        {
            // A lone surrogate looks like a pair here; Replace checks it.
            if (char.IsSurrogate(c) || c is SoftHyphen or ZeroWidthNonJoiner or ZeroWidthNoBreakSpace)
            {
                return false;
            }
        }

        return true;
    }

    private static string Replace(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case SoftHyphen or ZeroWidthNoBreakSpace:
                    break;
                case ZeroWidthNonJoiner:
                    clean.Append(' '); // Persian writes it between a word and its ending
                    break;
                default:
                    clean.Append(rune); // a lone surrogate has become U+FFFD, which every normalisation accepts
                    break;
            }
        }

        return clean.ToString();
    }
}
