using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using AngleSharp.Dom;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Elements that a reader of the page does not see, by their attributes and by the page's own style sheet.</summary>
internal static partial class HtmlVisibility
{
    private const double SmallestFont = 2;
    private const string HiddenMark = "data-is-hidden";

    private static readonly SearchValues<char> Digits = SearchValues.Create("-+.0123456789");

    /// <summary>Marks the elements whose class or id a style sheet in the page hides.</summary>
    public static void ApplyStyles(IDocument document)
    {
        var hidden = new HashSet<string>(StringComparer.Ordinal);
        foreach (var style in document.QuerySelectorAll("style"))
        {
            foreach (Match rule in Rule().Matches(style.TextContent))
            {
                if (IsHiding(rule.Groups["body"].Value))
                {
                    hidden.UnionWith(rule.Groups["names"].Value.Split(',').Select(name => name.Trim()).Where(IsSimple));
                }
            }
        }

        if (hidden.Count == 0)
        {
            return;
        }

        foreach (var element in document.All)
        {
            if ((element.Id is { } id && hidden.Contains("#" + id)) || element.ClassList.Any(name => hidden.Contains("." + name)))
            {
                element.SetAttribute(HiddenMark, string.Empty);
            }
        }
    }

    public static bool IsHidden(IElement element) =>
        element.HasAttribute("hidden") || element.HasAttribute(HiddenMark)
        || (element.GetAttribute("style") is { Length: > 0 } style && (IsHiding(style) || IsWhiteOnWhite(element, style)));

    private static bool IsSimple(string selector) => SimpleSelector().IsMatch(selector);

    private static bool IsHiding(string declarations)
    {
        foreach (var range in declarations.AsSpan().Split(';'))
        {
            var declaration = declarations.AsSpan(range);
            var colon = declaration.IndexOf(':');
            if (colon > 0 && Hides(declaration[..colon].Trim(), declaration[(colon + 1)..].Trim()))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Hides(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => name switch
    {
        "display" => value.StartsWith("none", StringComparison.OrdinalIgnoreCase),
        "visibility" => value.StartsWith("hidden", StringComparison.OrdinalIgnoreCase),
        "opacity" => Number(value) is < .05,
        "font-size" => Number(value) is { } size && (size == 0 || (size <= SmallestFont && (value.Contains("px", StringComparison.Ordinal) || value.Contains("pt", StringComparison.Ordinal)))),
        "color" => value.StartsWith("transparent", StringComparison.OrdinalIgnoreCase),
        "text-indent" or "left" or "top" => Number(value) is < -900,
        _ => name.Equals("DISPLAY", StringComparison.OrdinalIgnoreCase) && value.StartsWith("none", StringComparison.OrdinalIgnoreCase),
    };

    private static double? Number(ReadOnlySpan<char> value)
    {
        var length = value.IndexOfAnyExcept(Digits);
        var digits = length < 0 ? value : value[..length];
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    // White text is seen where anything may colour the ground behind it.
    private static bool IsWhiteOnWhite(IElement element, string style)
    {
        if (!White().IsMatch(style) || style.Contains("background", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        for (var parent = element.ParentElement; parent is not null; parent = parent.ParentElement)
        {
            if (parent.ClassList.Length > 0 || parent.HasAttribute("bgcolor")
                || parent.GetAttribute("style")?.Contains("background", StringComparison.OrdinalIgnoreCase) == true)
            {
                return false;
            }
        }

        return element.ClassList.Length == 0;
    }

    [GeneratedRegex(@"(?<names>[^{}@]{1,500})\{(?<body>[^{}]{0,2000})\}")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^[.#][\w-]+$")]
    private static partial Regex SimpleSelector();

    [GeneratedRegex(@"(?<![\w-])color\s*:\s*(white|#fff(fff)?\b|rgb\(255,\s*255,\s*255\))", RegexOptions.IgnoreCase)]
    private static partial Regex White();
}
