using System.Globalization;
using System.Xml.Linq;
using RagAspire.Extractor.InlineText;

namespace RagAspire.Extractor.Formats.OpenDocument;

/// <summary>What the styles of a document mean for its text.</summary>
internal sealed class OpenStyles
{
    private const int MaxParents = 16;

    private readonly Dictionary<(string Family, string Name), XElement> _styles = [];
    private readonly Dictionary<string, List<XElement>> _lists = new(StringComparer.Ordinal);
    private readonly List<XElement> _pages = [];

    /// <summary>The first lines and the last lines of pages, each text once.</summary>
    public IEnumerable<XElement> Edges(string name) => _pages.SelectMany(page => page.Elements())
        .Where(element => element.LocalName() == name || element.LocalName().StartsWith(name + "-", StringComparison.Ordinal))
        .DistinctBy(element => element.Value);

    public void Add(XElement styles)
    {
        foreach (var style in styles.DescendantsAndSelf())
        {
            switch (style.LocalName())
            {
                case "style":
                    _styles.TryAdd((style.Value("family") ?? string.Empty, style.Value("name") ?? string.Empty), style);
                    break;
                case "list-style":
                    _lists.TryAdd(style.Value("name") ?? string.Empty, [.. style.Elements()]);
                    break;
                case "master-page":
                    _pages.Add(style);
                    break;
                default:
                    break;
            }
        }
    }

    /// <param name="family">text or paragraph.</param>
    public TextStyle TextOf(string family, string? name)
    {
        foreach (var properties in Properties(family, name, "text-properties"))
        {
            var position = properties.Value("text-position")?.Split(' ')[0];
            var line = properties.Value("text-line-through-style") ?? properties.Value("text-line-through-type");
            if (properties.Value("display") == "none")
            {
                return TextStyle.Hidden;
            }

            if (line is not (null or "none"))
            {
                return TextStyle.Struck;
            }

            if (position is not null and not ("0%" or "0"))
            {
                return position == "sub" || position.StartsWith('-') ? TextStyle.Lowered : TextStyle.Raised;
            }
        }

        return TextStyle.Plain;
    }

    public bool IsTitle(string? name)
    {
        for (var left = MaxParents; left > 0 && name is { Length: > 0 }; left--)
        {
            if (name == "Title")
            {
                return true;
            }

            name = _styles.GetValueOrDefault(("paragraph", name)).Value("parent-style-name");
        }

        return false;
    }

    /// <summary>Whether sheets or slides of this style are not shown.</summary>
    public bool IsHidden(string family, string? name) =>
        Properties(family, name, "table-properties").Any(properties => properties.Value("display") == "false")
        || Properties(family, name, "drawing-page-properties").Any(properties => properties.Value("visibility") == "hidden");

    /// <summary>How a list of this style begins its items.</summary>
    /// <param name="level">1-based.</param>
    public XElement? ListLevel(string? name, int level) => name is null ? null
        : _lists.GetValueOrDefault(name)?.Find(item => item.Value("level") == level.ToString(CultureInfo.InvariantCulture));

    private IEnumerable<XElement> Properties(string family, string? name, string kind)
    {
        for (var left = MaxParents; left > 0 && name is { Length: > 0 }; left--)
        {
            if (!_styles.TryGetValue((family, name), out var style))
            {
                yield break;
            }

            foreach (var properties in style.Children(kind))
            {
                yield return properties;
            }

            name = style.Value("parent-style-name");
        }
    }
}
