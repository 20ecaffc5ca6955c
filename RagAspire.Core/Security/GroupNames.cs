using System.Text.RegularExpressions;

namespace RagAspire.Security;

/// <summary>The groups by which documents are shown to some keys only.</summary>
public static partial class GroupNames
{
    /// <summary>The most groups of a document.</summary>
    public const int MostOfDocument = 32;

    /// <summary>The most groups of a key.</summary>
    public const int MostOfKey = 200;

    /// <summary>The rule as a sentence for users.</summary>
    public const string Rule =
        "A group's name is 1 to 100 letters, digits, '.', '_', ':', '@', '/' or '-', and begins with a letter, a digit or '/'.";

    // The pattern's end also matches before a last line break.
    public static bool IsValid(string name) => Regex().Match(name).Length == name.Length && name.Length > 0;

    /// <summary>Distinct and in order, as they are stored: two documents for the same groups have equal lists.</summary>
    public static string[] Normal(IEnumerable<string> names) =>
        [.. names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether a document is shown.</summary>
    /// <param name="groups">Of the document; empty for everyone.</param>
    /// <param name="seen">Of the caller; null for all documents.</param>
    public static bool Show(IReadOnlyCollection<string> groups, IReadOnlyCollection<string>? seen) =>
        seen is null || groups.Count == 0 || groups.Any(seen.Contains);

    [GeneratedRegex("^[A-Za-z0-9/][A-Za-z0-9._:@/-]{0,99}$")]
    private static partial Regex Regex();
}
