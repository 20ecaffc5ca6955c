using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Encodings;

/// <summary>Removes what terminals take for orders: colours, positions of the cursor, titles of windows.</summary>
internal static partial class TerminalText
{
    private const char Escape = '\u001b';

    public static string Clean(string text) => text.Contains(Escape) ? Orders().Replace(text, string.Empty) : text;

    [GeneratedRegex(@"\u001b(?:\[[0-?]{0,64}[ -/]{0,4}[@-~]|\][^\u0007\u001b]{0,1000}(?:\u0007|\u001b\\)|[()*+#%][0-9A-Za-z@]|[ -/]?[0-~])")]
    private static partial Regex Orders();
}
