namespace RagAspire.Answers.Generation;

/// <summary>An upper estimate of the tokens of a text, for any model's vocabulary.</summary>
/// <remarks>
/// Each model has its own vocabulary, which is not available here. A high estimate wastes a little of the window; with a
/// low one Ollama silently cuts off the beginning of the prompt.
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
