using System.Text.Json;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats;

/// <summary>The properties at the top of a Markdown page, between lines of dashes (YAML) or of plus signs (TOML).</summary>
internal static partial class FrontMatter
{
    private const int MaxLines = 200;

    /// <returns>
    /// The properties as lines of "name: value", their title, their values, and the text after them; null when there are none.
    /// </returns>
    public static (string Properties, string? Title, IReadOnlyDictionary<string, JsonElement> Values, string Body)? Of(
        string text)
    {
        var fence = text.StartsWith("---\n", StringComparison.Ordinal) || text.StartsWith("---\r", StringComparison.Ordinal) ? "---"
            : text.StartsWith("+++\n", StringComparison.Ordinal) || text.StartsWith("+++\r", StringComparison.Ordinal) ? "+++"
            : null;
        if (fence is null)
        {
            return null;
        }

        var lines = new List<string>();
        var at = text.IndexOf('\n') + 1;
        while (at < text.Length && lines.Count < MaxLines)
        {
            var end = text.IndexOf('\n', at) is >= 0 and var found ? found : text.Length;
            var line = text[at..end].TrimEnd();
            at = Math.Min(end + 1, text.Length);
            if (line == fence || (line == "..." && fence == "---"))
            {
                return Properties(lines) is { } properties
                    ? (properties.Text, properties.Title, FrontMatterValues.Of(lines), text[at..])
                    : null;
            }

            lines.Add(line);
        }

        return null;
    }

    private static (string Text, string? Title)? Properties(List<string> lines)
    {
        var properties = new List<string>();
        string? title = null;
        foreach (var line in lines.Where(line => line.Length > 0 && !line.TrimStart().StartsWith('#')))
        {
            var match = Property().Match(line);
            if (!match.Success)
            {
                if (properties.Count > 0)
                {
                    properties[^1] += $" {Value(line.Trim().TrimStart('-'))}";
                }

                continue;
            }

            var (name, value) = (match.Groups["name"].Value, Value(match.Groups["value"].Value));
            if (name.Equals("title", StringComparison.OrdinalIgnoreCase))
            {
                title = value;
            }
            else
            {
                properties.Add($"{name}: {value}");
            }
        }

        return title is null && properties.Count == 0 ? null : (string.Join('\n', properties), title);
    }

    private static string Value(string value) => value.Trim().Trim('[', ']').Replace("\"", string.Empty, StringComparison.Ordinal).Trim('\'', ' ');

    [GeneratedRegex(@"^(?<name>[\p{L}_][\w .-]{0,60}?)\s*[:=]\s*(?<value>.*)$")]
    private static partial Regex Property();
}
