using System.Text.RegularExpressions;

namespace RagAspire.Documents.Intake;

/// <summary>The rule for names of collections.</summary>
public static partial class CollectionName
{
    /// <summary>The collection of requests that name none.</summary>
    public const string Default = "default";

    public const string Pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";

    /// <summary>The rule as a sentence for users.</summary>
    public const string Rule = "A collection's name is 1 to 64 letters, digits, '.', '_' or '-', and begins with a letter or digit.";

    // The pattern's end also matches before a last line break.
    public static bool IsValid(string name) => Regex().Match(name).Length == name.Length && name.Length > 0;

    [GeneratedRegex(Pattern)]
    private static partial Regex Regex();
}
