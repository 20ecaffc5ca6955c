using System.Text.RegularExpressions;

namespace RagAspire.AppHost;

/// <summary>
/// Configuration files that are valid as they are, and name on a line its replacement where a variable is set: of
/// <c>this #[NAME] that</c>, <c>that</c> counts when <c>NAME</c> is set.
/// </summary>
internal static partial class ConfigurationTemplate
{
    /// <param name="text">The file.</param>
    /// <param name="environment">The value of a variable; null or empty where there is none.</param>
    /// <exception cref="FormatException">A value has more than one line.</exception>
    public static string Render(string text, Func<string, string?> environment) =>
        string.Join('\n', text.Split('\n').Select(line => RenderLine(line, environment)));

    private static string RenderLine(string line, Func<string, string?> environment)
    {
        if (MarkedLine().Match(line) is not { Success: true } marked
            || string.IsNullOrEmpty(environment(marked.Groups["name"].Value)))
        {
            return line;
        }

        return marked.Groups["indent"].Value
            + Reference().Replace(marked.Groups["that"].Value, reference => Value(reference.Groups["name"].Value, environment));
    }

    // Values are inserted between single quotes, and must not end them.
    private static string Value(string name, Func<string, string?> environment)
    {
        var value = environment(name) ?? "";
        return value.AsSpan().ContainsAny('\r', '\n')
            ? throw new FormatException($"{name} has more than one line.")
            : value.Replace("'", "''", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?<indent>\s*).*?#\[(?<name>[A-Z_]+)\] ?(?<that>.*)$")]
    private static partial Regex MarkedLine();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)\}")]
    private static partial Regex Reference();
}
