using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace RagAspire.Extractor.Formats;

/// <summary>
/// The values of front matter with their types: strings, numbers, true, false, and lists of these. Of YAML and TOML that is what
/// pages use; anchors, blocks of text and nested values stay text.
/// </summary>
internal static partial class FrontMatterValues
{
    /// <summary>Pages name their title in it, which is no label.</summary>
    private const string Title = "title";

    public static IReadOnlyDictionary<string, JsonElement> Of(IReadOnlyList<string> lines)
    {
        var values = new Dictionary<string, JsonElement>();
        for (var i = 0; i < lines.Count && !IsTable(lines[i]); i++)
        {
            var match = Property().Match(lines[i]);
            if (!match.Success)
            {
                continue;
            }

            var more = lines.Skip(i + 1).TakeWhile(line => !Property().IsMatch(line) && !IsTable(line)).ToList();
            var key = Separators().Replace(match.Groups["name"].Value.Trim(), "_");
            if (!key.Equals(Title, StringComparison.OrdinalIgnoreCase) && Value(match.Groups["value"].Value, more) is { } value)
            {
                values.TryAdd(key, JsonSerializer.SerializeToElement(value));
            }
        }

        return values;
    }

    /// <summary>A table of TOML, whose keys are nested.</summary>
    private static bool IsTable(string line) => line.StartsWith('[') && line.EndsWith(']');

    /// <param name="more">The lines up to the next property.</param>
    /// <returns>Null for what is neither a value nor a list of values.</returns>
    private static object? Value(string text, List<string> more)
    {
        more.RemoveAll(line => line.Length == 0 || line.TrimStart().StartsWith('#'));
        text = WithoutComment(text);
        if (text.StartsWith('['))
        {
            var all = text + string.Concat(more.Select(WithoutComment));
            return all.EndsWith(']') ? List(Items().Matches(all[1..^1]).Select(item => item.Value)) : null;
        }

        return text.Length > 0 ? more.Count == 0 ? Scalar(text) : null
            : more.Count > 0 && more.TrueForAll(line => line.TrimStart().StartsWith("- ", StringComparison.Ordinal))
            ? List(more.Select(line => WithoutComment(line.TrimStart()[2..])))
            : null;
    }

    private static List<object>? List(IEnumerable<string> items)
    {
        var values = items.Select(item => Scalar(item.Trim())).OfType<object>().ToList();
        return values.Count > 0 ? values : null;
    }

    private static object? Scalar(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        ['"', .., '"'] or ['\'', .., '\''] when text.Length > 1 => text[1..^1],
        ['{' or '&' or '*' or '!' or '|' or '>', ..] => null,
        _ when Number().IsMatch(text) => double.Parse(text, CultureInfo.InvariantCulture),
        _ => text,
    };

    /// <summary>A comment begins with # after a space, outside of quotes.</summary>
    private static string WithoutComment(string text)
    {
        text = text.Trim();
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var isAfterSpace = i == 0 || char.IsWhiteSpace(text[i - 1]);
            if (quote != '\0')
            {
                quote = text[i] == quote ? '\0' : quote;
            }
            else if (text[i] is '"' or '\'' && (isAfterSpace || text[i - 1] is '[' or ','))
            {
                quote = text[i];
            }
            else if (text[i] == '#' && isAfterSpace)
            {
                return text[..i].TrimEnd();
            }
        }

        return text;
    }

    [GeneratedRegex(@"^(?<name>[\p{L}_][\w .-]{0,60}?)\s*(:(?=\s|$)|=)\s*(?<value>.*)$")]
    private static partial Regex Property();

    [GeneratedRegex("[ .]+")]
    private static partial Regex Separators();

    /// <summary>What stands between the commas of a list.</summary>
    [GeneratedRegex(@"(?:""[^""]*""|'[^']*'|[^,])+")]
    private static partial Regex Items();

    // Digits after a zero are a code, such as a postcode.
    [GeneratedRegex(@"^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$")]
    private static partial Regex Number();
}
