using Microsoft.ML.Tokenizers;

namespace RagAspire.Ingestion.Chunking;

/// <summary>Counts tokens exactly, by the encoding o200k.</summary>
internal static class TokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    // Texts repeat their words, and a small table answers sooner than the tokenizer with its 200,000 tokens.
    private static readonly WordTable<int> Words = new(16_384, CountWord);

    public static int Count(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        var tokens = 0;
        foreach (var (offset, length) in Tokenizer.Value.PreTokenizer!.PreTokenize(text))
        {
            tokens += Words.Get(text.Slice(offset, length));
        }

        return tokens;
    }

    /// <summary>
    /// The tokens that a line break after a text adds. The tokenizer joins it with punctuation before it, never with text
    /// after it.
    /// </summary>
    public static int CountBreak(ReadOnlySpan<char> text, string lineBreak)
    {
        if (text.IsEmpty || char.IsLetterOrDigit(text[^1]))
        {
            return 1;
        }

        var word = text[Math.Max(0, text.LastIndexOf(' '))..];
        return Count($"{word}{lineBreak}") - Count(word);
    }

    private static int CountWord(ReadOnlySpan<char> word) =>
        Tokenizer.Value.CountTokens(word, considerPreTokenization: false, considerNormalization: false);
}
