using System.Text.RegularExpressions;

namespace RagAspire.AppHost.Monitoring;

/// <summary>
/// Configuration files that are valid without any processing and hold alternatives in comments: of the line
/// <c>this #[NAME] that</c>, <c>that</c> counts where the environment has a variable <c>NAME</c> other than <c>false</c>, and
/// <c>this</c> elsewhere.
/// </summary>
public static partial class ConfigurationTemplate
{
    /// <summary>Chooses the alternatives and replaces <c>${NAME}</c> in them.</summary>
    /// <param name="text">The file.</param>
    /// <param name="environment">The value of a variable; null or empty where it is not set.</param>
    /// <exception cref="FormatException">A value has more than one line.</exception>
    public static string Render(string text, Func<string, string?> environment) =>
        string.Join('\n', text.Split('\n').Select(line => RenderLine(line, environment)));

    private static string RenderLine(string line, Func<string, string?> environment)
    {
        if (Alternative().Match(line) is not { Success: true } match
            || environment(match.Groups["name"].Value) is not { Length: > 0 } value
            || value.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            return line;
        }

        return match.Groups["indent"].Value
            + Reference().Replace(match.Groups["that"].Value, reference => Value(reference.Groups["name"].Value, environment));
    }

    // Values are written between single quotes in YAML, where a quote is escaped by doubling it.
    private static string Value(string name, Func<string, string?> environment)
    {
        var value = environment(name) ?? "";
        return value.AsSpan().ContainsAny('\r', '\n')
            ? throw new FormatException($"{name} has more than one line.")
            : value.Replace("'", "''", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^(?<indent>\s*).*?#\[(?<name>[A-Z_]+)\] ?(?<that>.*)$")]
    private static partial Regex Alternative();

    [GeneratedRegex(@"\$\{(?<name>[A-Z_]+)\}")]
    private static partial Regex Reference();
}
