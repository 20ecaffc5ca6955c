namespace RagAspire.Usage;

/// <summary>The likely number of tokens of a text, for calls whose server does not report it.</summary>
/// <remarks>
/// Four Latin letters to a token, and one ideograph, as in the vocabularies of common models. It is a middle value, unlike the
/// upper limit that keeps a prompt inside the model's window.
/// </remarks>
public static class TokenGuess
{
    public static long Of(IEnumerable<string> texts) => texts.Sum(Of);

    public static long Of(string text)
    {
        var quarters = 0L;
        foreach (var letter in text)
        {
            quarters += letter switch
            {
                < '\u0080' => 1,
                < '\u0530' => 2,
                < '\u2E80' => 3,
                _ => 4,
            };
        }

        return (quarters + 3) / 4;
    }
}
