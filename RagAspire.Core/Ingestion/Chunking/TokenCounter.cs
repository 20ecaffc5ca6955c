using Microsoft.ML.Tokenizers;

namespace RagAspire.Ingestion.Chunking;

/// <summary>Counts tokens exactly, by the encoding o200k.</summary>
internal static class TokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public static int Count(ReadOnlySpan<char> text) =>
        text.IsEmpty ? 0 : Tokenizer.Value.CountTokens(text, considerPreTokenization: true, considerNormalization: false);

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
}
