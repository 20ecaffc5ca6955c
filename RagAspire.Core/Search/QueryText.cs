using System.Text;

namespace RagAspire.Search;

/// <summary>Writes a query as every other way to type the same is written, so that all share a result and a vector.</summary>
/// <remarks>Letters keep their case: IT is another word than it, and a model may tell them apart as well.</remarks>
internal static class QueryText
{
    /// <summary>Composes accents, and makes each run of white space one blank.</summary>
    public static string Of(string text)
    {
        var words = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return Ascii.IsValid(words) ? words : WellFormed(words).Normalize();
    }

    /// <summary>Half of a surrogate pair becomes U+FFFD, which can be normalised.</summary>
    private static string WellFormed(string text) => text.Any(char.IsSurrogate) ? string.Concat(text.EnumerateRunes()) : text;
}
