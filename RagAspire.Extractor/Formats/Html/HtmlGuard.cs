using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;

namespace RagAspire.Extractor.Formats.Html;

/// <summary>The parser would take too long, because it searches all open elements for each new one.</summary>
internal sealed class HtmlTooComplexException : Exception;

/// <summary>
/// Stops the parser when a page is nested deeply and took long. It sees the tokens of the parser itself, so that comments and
/// attributes cannot mislead it, and it never takes an element for closed that the parser keeps open.
/// </summary>
internal sealed class HtmlGuard(int characters)
{
    private const int Deep = 256;
    private const int TokensBetweenChecks = 256;
    private const double SecondsPerMillion = .3;

    // An end tag closes nothing beyond the nearest of these, except for that element itself.
    private static readonly HashSet<string> Borders = new(StringComparer.Ordinal)
    {
        "applet", "button", "caption", "html", "marquee", "object", "select", "svg", "math", "table", "td", "template", "th",
    };

    private static readonly HashSet<string> Void = new(StringComparer.Ordinal)
    {
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    };

    private static readonly HashSet<string> EndParagraph = new(StringComparer.Ordinal)
    {
        "address", "article", "aside", "blockquote", "center", "details", "dir", "div", "dl", "fieldset", "figcaption",
        "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "main", "menu", "nav", "ol", "p", "pre",
        "section", "table", "ul",
    };

    private readonly TimeSpan _until =
        Environment.CpuUsage.TotalTime + TimeSpan.FromSeconds(1 + (SecondsPerMillion * characters / 1e6));

    private readonly List<string> _open = [];
    private int _tokens;

    /// <exception cref="HtmlTooComplexException">The page is nested deeply and took long.</exception>
    public void See(HtmlToken token)
    {
        switch (token.Type)
        {
            case HtmlTokenType.StartTag when !Void.Contains(token.Name):
                Start(token.Name);
                break;
            case HtmlTokenType.EndTag:
                End(token.Name);
                break;
            default:
                break;
        }

        if (++_tokens % TokensBetweenChecks == 0 && _open.Count > Deep && Environment.CpuUsage.TotalTime > _until)
        {
            throw new HtmlTooComplexException();
        }
    }

    private void Start(string name)
    {
        switch (name)
        {
            case "td" or "th" or "tr" or "tbody" or "thead" or "tfoot":
                CloseToTable();
                break;
            case "dt" or "dd":
                CloseTop("dt");
                CloseTop("dd");
                break;
            case "li" or "option":
                CloseTop(name);
                break;
            case var _ when EndParagraph.Contains(name):
                CloseTop("p");
                break;
            default:
                break;
        }

        _open.Add(name);
    }

    private void End(string name)
    {
        for (var at = _open.Count - 1; at >= 0; at--)
        {
            if (_open[at] == name)
            {
                _open.RemoveRange(at, _open.Count - at);
                return;
            }

            if (name == "table" ? _open[at] == "template" : Borders.Contains(_open[at]))
            {
                return;
            }
        }
    }

    private void CloseTop(string name)
    {
        if (_open.Count > 0 && _open[^1] == name)
        {
            _open.RemoveAt(_open.Count - 1);
        }
    }

    private void CloseToTable()
    {
        var at = _open.FindLastIndex(name => name is not ("td" or "th") && Borders.Contains(name));
        if (at >= 0 && _open[at] == "table")
        {
            _open.RemoveRange(at + 1, _open.Count - at - 1);
        }
    }
}
