using Microsoft.ML.Tokenizers;

namespace RagAspire.Ingestion.Chunking;

/// <summary>Counts tokens as the embedding and chat models of today do (o200k).</summary>
internal static class TokenCounter
{
    private static readonly Lazy<TiktokenTokenizer> Tokenizer = new(() => TiktokenTokenizer.CreateForEncoding("o200k_base"));

    public static int Count(ReadOnlySpan<char> text) =>
        text.IsEmpty ? 0 : Tokenizer.Value.CountTokens(text, considerPreTokenization: true, considerNormalization: false);

    /// <summary>
    /// What a line break adds behind a text. The tokenizer joins it with punctuation before it, never with what follows.
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
