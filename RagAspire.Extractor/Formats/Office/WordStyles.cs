using System.Globalization;
using System.Xml.Linq;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>The heading levels and lists of paragraph styles.</summary>
internal sealed class WordStyles
{
    private const int MaxInheritance = 20;
    private readonly Dictionary<string, XElement> _styles = new(StringComparer.Ordinal);

    public WordStyles(XElement? styles)
    {
        foreach (var style in styles.Children("style"))
        {
            _styles.TryAdd(style.Value("styleId") ?? string.Empty, style);
        }
    }

    /// <summary>1–6 for a heading, 0 for other text.</summary>
    public int HeadingLevel(XElement? paragraphProperties)
    {
        if (OutlineLevel(paragraphProperties) is { } direct)
        {
            return direct;
        }

        var id = paragraphProperties.Child("pStyle").Value("val");
        for (var depth = 0; id is not null && depth < MaxInheritance; depth++)
        {
            var style = _styles.GetValueOrDefault(id);
            if (LevelOfName(style.Child("name").Value("val") ?? id) is { } level)
            {
                return level;
            }

            if (OutlineLevel(style.Child("pPr")) is { } inherited)
            {
                return inherited;
            }

            id = style.Child("basedOn").Value("val");
        }

        return 0;
    }

    /// <summary>The list of the paragraphs of a style.</summary>
    public XElement? Numbering(XElement? paragraphProperties)
    {
        if (paragraphProperties.Child("numPr") is { } direct)
        {
            return direct;
        }

        var id = paragraphProperties.Child("pStyle").Value("val");
        for (var depth = 0; id is not null && depth < MaxInheritance; depth++)
        {
            var style = _styles.GetValueOrDefault(id);
            if (style.Child("pPr").Child("numPr") is { } numbering)
            {
                return numbering;
            }

            id = style.Child("basedOn").Value("val");
        }

        return null;
    }

    private static int? OutlineLevel(XElement? properties) =>
        int.TryParse(properties.Child("outlineLvl").Value("val"), CultureInfo.InvariantCulture, out var level) && level is >= 0 and <= 8
            ? Math.Min(level + 1, 6)
            : null;

    private static int? LevelOfName(string name)
    {
        if (name.Equals("Title", StringComparison.OrdinalIgnoreCase))
        {
            return 1;
        }

        var isHeading = name.StartsWith("heading", StringComparison.OrdinalIgnoreCase);
        return isHeading && int.TryParse(name.AsSpan("heading".Length).Trim(), CultureInfo.InvariantCulture, out var level)
            ? Math.Clamp(level, 1, 6)
            : null;
    }
}
