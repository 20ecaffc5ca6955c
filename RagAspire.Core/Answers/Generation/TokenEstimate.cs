namespace RagAspire.Answers.Generation;

/// <summary>How many tokens a text may have, on the safe side for every model's vocabulary.</summary>
/// <remarks>
/// Each model counts differently and none of their vocabularies is at hand. Too high costs a little room; too low, and
/// Ollama silently cuts off the beginning of the prompt.
/// </remarks>
internal static class TokenEstimate
{
    public static int Of(ReadOnlySpan<char> text)
    {
        var tokens = 0.0;
        foreach (var letter in text)
        {
            tokens += letter switch
            {
                >= 'a' and <= 'z' or >= 'A' and <= 'Z' or ' ' => .27,
                < '\u0080' => .85,
                < '\u0530' => .5,
                < '\u0E00' => .8,
                _ => 1.1,
            };
        }

        return (int)Math.Ceiling(tokens) + 1;
    }
}
