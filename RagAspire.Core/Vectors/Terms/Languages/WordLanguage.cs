using System.Collections.Frozen;
using Lucene.Net.Analysis.Miscellaneous;

namespace RagAspire.Vectors.Terms.Languages;

/// <summary>A language with Latin letters, other than English, that Lucene has a stemmer for.</summary>
/// <param name="Code">ISO 639-1.</param>
/// <param name="StopWords">In lower case.</param>
/// <param name="Stemmer">Makes a stemmer; one is not safe for many threads.</param>
/// <param name="HasCompounds">It writes nouns together, as in <c>Wartungsanlage</c>.</param>
internal sealed record WordLanguage(string Code, FrozenSet<string> StopWords, Func<WordStemmer> Stemmer, bool HasCompounds);

/// <summary>Cuts the ending off a word.</summary>
/// <param name="word">The word in lower case, changed in place.</param>
/// <returns>The length of the stem.</returns>
internal delegate int WordStemmer(char[] word, int length);

/// <summary>The stems of one text in one language.</summary>
internal sealed class Stems(WordLanguage language)
{
    private const int LongestFolding = 4;

    // Longer than any word, because a stemmer may put letters in place of an ending.
    private const int Size = 2 * LatinWords.Longest;

    private readonly WordStemmer _stem = language.Stemmer();
    private readonly char[] _word = new char[Size];
    private readonly char[] _folded = new char[Size * LongestFolding];

    public WordLanguage Language => language;

    /// <returns>The stem without accents; valid until the next call.</returns>
    public ReadOnlySpan<char> Of(ReadOnlySpan<char> word)
    {
        word.CopyTo(_word);
        var length = _stem(_word, word.Length);
        return _folded.AsSpan(0, ASCIIFoldingFilter.FoldToASCII(_word, 0, _folded, 0, length));
    }
}
