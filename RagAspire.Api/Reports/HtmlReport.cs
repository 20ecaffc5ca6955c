using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace RagAspire.Api.Reports;

/// <summary>Writes a report as one HTML page, without scripts and without anything that is loaded from elsewhere.</summary>
public static class HtmlReport
{
    private static readonly string Style = ReadStyle();

    /// <summary>Allows the page its own style sheet and pictures inside it, and nothing else.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Write(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var html = new StringBuilder(16_384);
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<link rel=\"icon\" href=\"data:,\">\n")
            .Append("<title>").Append(Encode(report.Title)).Append(" – RagAspire</title>\n")
            .Append("<style>").Append(Style).Append("</style>\n</head>\n<body>\n<header>\n")
            .Append("<h1>").Append(Encode(report.Title)).Append("</h1>\n")
            .Append("<p class=\"banner ").Append(Class(report.Status.Level)).Append("\" role=\"status\">")
            .Append("<b>").Append(Encode(report.Status.Word))
            .Append("</b> <span>").Append(Encode(report.Status.Summary)).Append("</span></p>\n")
            .Append("<p class=\"quiet\"><time datetime=\"")
            .Append(report.At.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)).Append("\">")
            .Append(Time(report.At)).Append("</time></p>\n</header>\n<main>\n");
        foreach (var section in report.Sections)
        {
            Append(html, section, level: 2);
        }

        return html.Append("</main>\n<footer>RagAspire</footer>\n</body>\n</html>\n").ToString();
    }

    internal static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    internal static string Encode(string text) => HtmlEncoder.Default.Encode(text);

    private static void Append(StringBuilder html, ReportSection section, int level)
    {
        html.Append("<section>\n<h").Append(level).Append('>').Append(Encode(section.Title));
        if (section.Status is { } status)
        {
            html.Append(" <span class=\"badge ").Append(Class(status.Level)).Append("\">")
                .Append(Encode(status.Word)).Append("</span>");
        }

        html.Append("</h").Append(level).Append(">\n");
        if (section.Status is { Summary.Length: > 0 })
        {
            html.Append("<p>").Append(Encode(section.Status.Summary)).Append("</p>\n");
        }

        foreach (var block in section.Blocks)
        {
            Append(html, block);
        }

        foreach (var part in section.Sections)
        {
            Append(html, part, Math.Min(level + 1, 6));
        }

        html.Append("</section>\n");
    }

    private static void Append(StringBuilder html, ReportBlock block)
    {
        switch (block)
        {
            case ReportText text:
                html.Append("<p>").Append(Encode(text.Text)).Append("</p>\n");
                break;
            case ReportCode code:
                html.Append("<pre><code>").Append(Encode(code.Text)).Append("</code></pre>\n");
                break;
            case ReportList list:
                Append(html, list);
                break;
            case ReportFacts facts:
                Append(html, facts);
                break;
            case ReportTable table:
                HtmlReportTable.Append(html, table);
                break;
            case ReportFigure figure:
                HtmlFigure.Append(html, figure);
                break;
            default:
                throw new ArgumentException($"{block.GetType().Name} has no form in HTML.", nameof(block));
        }
    }

    private static void Append(StringBuilder html, ReportList list)
    {
        var tag = list.IsOrdered ? "ol" : "ul";
        html.Append('<').Append(tag).Append(">\n");
        foreach (var item in list.Items)
        {
            html.Append("<li>").Append(Cell(item)).Append("</li>\n");
        }

        html.Append("</").Append(tag).Append(">\n");
    }

    private static void Append(StringBuilder html, ReportFacts facts)
    {
        html.Append("<dl>\n");
        foreach (var fact in facts.Facts)
        {
            html.Append("<dt>").Append(Encode(fact.Name)).Append("</dt><dd>").Append(Cell(fact.Value)).Append("</dd>\n");
        }

        html.Append("</dl>\n");
    }

    /// <summary>The content of a cell with its mark and its link.</summary>
    internal static string Cell(ReportCell cell)
    {
        var text = Encode(cell.Text);
        if (IsSafe(cell.Href))
        {
            text = $"<a href=\"{Encode(cell.Href!)}\">{text}</a>";
        }

        return cell.Level == ReportLevel.Neutral ? text : $"<span class=\"{Class(cell.Level)}\">{text}</span>";
    }

    /// <summary>Whether an address may be linked: a path of this host, or https.</summary>
    /// <remarks>A second slash or a backslash after the first would leave the host.</remarks>
    private static bool IsSafe(string? href) => href is not null
        && (href is "/" or ['/', not ('/' or '\\'), ..]
            || href.StartsWith('#')
            || href.StartsWith("https://", StringComparison.Ordinal));

    private static string Class(ReportLevel level) => level.Word();

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);

        // Browsers hash the text with line feeds only.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
