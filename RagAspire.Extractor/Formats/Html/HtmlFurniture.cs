using AngleSharp.Dom;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>Parts of a page around its text: menus, banners about cookies, the header and the footer of the site.</summary>
internal sealed class HtmlFurniture(INode root)
{
    private const int LongBanner = 1500;
    private const int LongEdge = 600;
    private const double MenuLinks = .7;

    private static readonly string[] BannerWords = ["cookie", "consent", "gdpr"];

    private static readonly HashSet<string> MenuWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "nav", "navbar", "navigation", "menu", "breadcrumb", "breadcrumbs", "pagination", "pager", "topnav", "sidenav", "mainmenu",
        "skip-link", "skiplinks",
    };

    private readonly Lazy<bool> _hasMain = new(() => (root as IElement ?? (root as IDocument)?.DocumentElement)
        ?.QuerySelector("main, [role=main], article") is { } main && main.TextContent.AsSpan().Trim().Length > 0);

    public bool Holds(IElement element) => element.LocalName switch
    {
        "nav" => true,
        _ when element.GetAttribute("role") is "navigation" or "search" => true,
        "header" or "footer" => IsEdge(element),
        "div" or "ul" or "section" or "aside" or "ol" or "p" => IsBanner(element) || IsMenu(element) || IsRoleEdge(element),
        _ => false,
    };

    private bool IsRoleEdge(IElement element) => element.GetAttribute("role") is "banner" or "contentinfo" && IsEdge(element);

    // The header of the site, as opposed to that of an article, is outside the main part of the page.
    private bool IsEdge(IElement element)
    {
        if (!_hasMain.Value || element.TextContent.Length > LongEdge || element.QuerySelector("h1, h2, table, main, article") is not null)
        {
            return false;
        }

        for (var parent = element.ParentElement; parent is not null; parent = parent.ParentElement)
        {
            if (parent.LocalName is "main" or "article" or "section" or "blockquote" || parent.GetAttribute("role") is "main")
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsBanner(IElement element)
    {
        var names = $"{element.Id} {element.ClassName}";
        var isNamed = Array.Exists(BannerWords, word => names.Contains(word, StringComparison.OrdinalIgnoreCase));
        return isNamed && element.TextContent is { Length: < LongBanner } text
            && text.Contains("cookie", StringComparison.OrdinalIgnoreCase) && element.QuerySelector("h1, table, main, article") is null;
    }

    private static bool IsMenu(IElement element)
    {
        var isNamed = (element.Id is { } id && MenuWords.Contains(id)) || element.ClassList.Any(MenuWords.Contains);
        if (!isNamed)
        {
            return false;
        }

        var links = element.QuerySelectorAll("a").Sum(link => link.TextContent.AsSpan().Trim().Length);
        var all = element.TextContent.Count(character => !char.IsWhiteSpace(character));
        return links >= MenuLinks * all;
    }
}
