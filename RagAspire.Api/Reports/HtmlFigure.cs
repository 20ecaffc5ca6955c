using System.Globalization;
using System.Text;

namespace RagAspire.Api.Reports;

/// <summary>Writes figures. A picture that is wider than the screen scrolls inside its frame, also by keyboard.</summary>
internal static class HtmlFigure
{
    /// <summary>A chart is drawn for a wide and for a narrow screen, so that its letters are readable on both.</summary>
    private static readonly IReadOnlyList<(string Class, double Width)> Sizes = [("wide", 720), ("narrow", 330)];

    private const double Height = 210;
    private const double Left = 56;
    private const double Bottom = 26;
    private const double Top = 24;

    /// <summary>The room of one label below the bars.</summary>
    private const double LabelWidth = 46;

    public static void Append(StringBuilder html, ReportFigure figure)
    {
        html.Append("<figure>\n<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"")
            .Append(HtmlReport.Encode(figure.Caption)).Append("\">");
        switch (figure)
        {
            case ReportImage image:
                // As a picture, a drawing cannot run scripts or restyle the page.
                html.Append("<img alt=\"").Append(HtmlReport.Encode(image.Caption)).Append("\" src=\"data:")
                    .Append(HtmlReport.Encode(image.MediaType)).Append(";base64,")
                    .Append(Convert.ToBase64String(image.Content.Span)).Append("\">");
                break;
            case ReportBars bars:
                foreach (var (name, width) in Sizes)
                {
                    Append(html, bars, name, width);
                }

                break;
            default:
                throw new ArgumentException($"{figure.GetType().Name} has no form in HTML.", nameof(figure));
        }

        html.Append("</div>\n<figcaption>").Append(HtmlReport.Encode(figure.Caption)).Append("</figcaption>\n</figure>\n");
    }

    private static void Append(StringBuilder html, ReportBars chart, string name, double width)
    {
        var step = NiceStep(chart.Bars.Select(bar => bar.Value).DefaultIfEmpty().Max());
        var lines = Math.Max(1, (int)Math.Ceiling(chart.Bars.Select(bar => bar.Value).DefaultIfEmpty().Max() / step));
        var scale = (Height - Top - Bottom) / (lines * step);
        html.Append(CultureInfo.InvariantCulture, $"<svg class=\"{name}\" viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"")
            .Append(HtmlReport.Encode(chart.Caption)).Append("\">");
        for (var line = 0; line <= lines; line++)
        {
            var y = Height - Bottom - (line * step * scale);
            html.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{width}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Short(line * step)}</text>");
        }

        html.Append("<text x=\"0\" y=\"10\">").Append(HtmlReport.Encode(chart.Unit)).Append("</text>");
        AppendBars(html, chart.Bars, width, scale);
        html.Append("</svg>");
    }

    private static void AppendBars(StringBuilder html, IReadOnlyList<ReportBar> bars, double width, double scale)
    {
        var slot = (width - Left) / Math.Max(1, bars.Count);
        var every = Math.Max(1, (int)Math.Ceiling(LabelWidth / slot));
        foreach (var (index, bar) in bars.Index())
        {
            var height = Math.Max(0, bar.Value) * scale;
            html.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{Left + (index * slot) + (slot * .1):0.##}\" width=\"{slot * .8:0.##}\" y=\"{Height - Bottom - height:0.##}\" height=\"{height:0.##}\">")
                .Append("<title>").Append(HtmlReport.Encode(bar.Tip)).Append("</title></rect>");
            if (index % every == 0)
            {
                html.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left + ((index + .5) * slot):0.#}\" y=\"{Height - 8}\" text-anchor=\"middle\">")
                    .Append(HtmlReport.Encode(bar.Label)).Append("</text>");
            }
        }
    }

    /// <summary>1, 2 or 5 times a power of ten, so that the axis has at most five lines.</summary>
    private static double NiceStep(double highest)
    {
        if (!double.IsFinite(highest) || highest <= 0)
        {
            return 1;
        }

        var power = Math.Pow(10, Math.Floor(Math.Log10(highest / 4)));
        return (highest / power) switch
        {
            <= 5 => power,
            <= 10 => 2 * power,
            <= 25 => 5 * power,
            _ => 10 * power,
        };
    }

    private static string Short(double value) => value switch
    {
        >= 1e9 => $"{value / 1e9:0.##} G",
        >= 1e6 => $"{value / 1e6:0.##} M",
        >= 1e4 => $"{value / 1e3:0.##} k",
        _ => value.ToString("0.######", CultureInfo.InvariantCulture),
    };
}
