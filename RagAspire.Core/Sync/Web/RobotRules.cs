namespace RagAspire.Sync.Web;

/// <summary>What a robots.txt (RFC 9309) allows one program.</summary>
internal sealed class RobotRules
{
    private readonly List<(string Pattern, bool Allows)> _rules;

    private RobotRules(List<(string Pattern, bool Allows)> rules) => _rules = rules;

    public static RobotRules None { get; } = new([]);

    /// <param name="program">The program's name: rules for it count, and without any those for all.</param>
    public static RobotRules Parse(string text, string program)
    {
        var (own, all) = (new List<(string, bool)>(), new List<(string, bool)>());
        var (isOwn, isAll, inRules, hasOwn) = (false, false, true, false);
        foreach (var line in text.Split('\n').Select(line => line.Split('#')[0]))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
            {
                continue;
            }

            var (key, value) = (line[..colon].Trim().ToLowerInvariant(), line[(colon + 1)..].Trim());
            if (key == "user-agent")
            {
                // Names that follow each other share the rules below them.
                (isOwn, isAll, inRules) = inRules ? (false, false, false) : (isOwn, isAll, false);
                isOwn |= value.Equals(program, StringComparison.OrdinalIgnoreCase);
                isAll |= value == "*";
                hasOwn |= isOwn;
            }
            else if (key is "allow" or "disallow")
            {
                inRules = true;
                if (value.Length > 0)
                {
                    Add(isOwn, own, (value, key == "allow"));
                    Add(isAll, all, (value, key == "allow"));
                }
            }
        }

        return new RobotRules(hasOwn ? own : all);
    }

    /// <summary>The longest pattern that matches decides, and of two equally long ones the one that allows.</summary>
    /// <param name="pathAndQuery">With its leading slash.</param>
    public bool Allow(string pathAndQuery) => pathAndQuery == "/robots.txt" || _rules
        .Where(rule => Matches(rule.Pattern, pathAndQuery))
        .OrderByDescending(rule => rule.Pattern.Length).ThenByDescending(rule => rule.Allows)
        .Select(rule => rule.Allows).DefaultIfEmpty(true).First();

    private static void Add(bool applies, List<(string, bool)> rules, (string, bool) rule)
    {
        if (applies)
        {
            rules.Add(rule);
        }
    }

    /// <summary>Part by part between the asterisks, each at its first place: no pattern takes longer than the text is.</summary>
    private static bool Matches(string pattern, string text)
    {
        var isAnchored = pattern.EndsWith('$');
        var parts = (isAnchored ? pattern[..^1] : pattern).Split('*');
        if (!text.StartsWith(parts[0], StringComparison.Ordinal))
        {
            return false;
        }

        var at = parts[0].Length;
        foreach (var part in parts.Skip(1))
        {
            var found = text.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return !isAnchored || (parts.Length == 1 ? at == text.Length : text.EndsWith(parts[^1], StringComparison.Ordinal));
    }
}
