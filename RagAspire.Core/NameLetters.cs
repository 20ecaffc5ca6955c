namespace RagAspire;

/// <summary>What the name of a document may consist of.</summary>
internal static class NameLetters
{
    /// <summary>
    /// Neither a control character nor a mark of direction, which makes a name such as <c>exe.txt</c> out of <c>txt.exe</c>.
    /// </summary>
    public static bool IsShown(char letter) =>
        !char.IsControl(letter)
        && letter is not ('\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
