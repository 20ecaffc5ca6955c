using System.Text;

namespace RagAspire.Extractor.Formats.Pdf;

/// <summary>
/// Some programs write the ligatures fi and fl without their Unicode text, so that "fiscal" would read "scal". The next
/// letter distinguishes the two well enough: fl precedes most vowels.
/// </summary>
internal static class LostLigatures
{
    private const char Nothing = '\0';

    public static string Restore(string text)
    {
        if (!text.Contains(Nothing))
        {
            return text;
        }

        var restored = new StringBuilder(text.Length + 4);
        for (var index = 0; index < text.Length; index++)
        {
            var previous = index > 0 ? text[index - 1] : ' ';
            var next = index + 1 < text.Length ? text[index + 1] : ' ';
            restored.Append(text[index] != Nothing ? text[index].ToString()
                : !char.IsLower(previous) && !char.IsLower(next) ? string.Empty
                : next is 'a' or 'o' or 'u' or 'y' ? "fl"
                : "fi");
        }

        return restored.ToString();
    }
}
