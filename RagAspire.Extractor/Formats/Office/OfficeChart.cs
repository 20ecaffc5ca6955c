using System.Globalization;
using System.Xml.Linq;
using RagAspire.Extractor.Tables;

namespace RagAspire.Extractor.Formats.Office;

/// <summary>A chart as the table of its values: a column for each series, a row for each category.</summary>
internal static class OfficeChart
{
    private const int MaxPoints = 5000;

    /// <returns>Null when the chart stores no values.</returns>
    public static TableGrid? Read(XElement? chart)
    {
        var series = chart.Inside("ser").Select(item => new Series(
            TextOf(item.Child("tx")),
            Points(item.Child("cat") ?? item.Child("xVal")),
            Points(item.Child("val") ?? item.Child("yVal")))).Where(item => item.Values.Count > 0).ToList();
        if (series.Count == 0)
        {
            return null;
        }

        var title = TextOf(chart.Child("chart").Child("title"));
        var rows = new List<GridRow>
        {
            new([new GridCell("Category"), .. series.Select((item, index) => new GridCell(
                item.Name.Length > 0 ? item.Name : title.Length > 0 && series.Count == 1 ? title : $"Series {index + 1}"))], IsHeader: true),
        };
        var points = series.SelectMany(item => item.Values.Keys.Concat(item.Categories.Keys)).Distinct().Order();
        foreach (var point in points.Take(MaxPoints))
        {
            var category = series.Find(item => item.Categories.ContainsKey(point))?.Categories[point];
            rows.Add(new GridRow(
                [new GridCell(category ?? (point + 1).ToString(CultureInfo.InvariantCulture)),
                 .. series.Select(item => new GridCell(item.Values.GetValueOrDefault(point, string.Empty)))]));
        }

        return new TableGrid(rows, title.Length > 0 ? [$"Chart: {title}"] : ["Chart"]);
    }

    private static Dictionary<int, string> Points(XElement? values)
    {
        var points = new Dictionary<int, string>();
        foreach (var point in values.Inside("pt"))
        {
            if (point.Child("v")?.Value is { Length: > 0 } value
                && int.TryParse(point.Value("idx"), CultureInfo.InvariantCulture, out var index))
            {
                // Categories of several levels are listed from the innermost.
                points[index] = points.TryGetValue(index, out var inner) ? $"{value} {inner}" : value;
            }
        }

        return points;
    }

    private static string TextOf(XElement? element)
    {
        var rich = string.Concat(element.Inside("t").Select(text => text.Value));
        return CleanText.Line(rich.Length > 0 ? rich : element.Inside("v").FirstOrDefault()?.Value);
    }

    private sealed record Series(string Name, Dictionary<int, string> Categories, Dictionary<int, string> Values);
}

/// <summary>Something on a page beside its text: a line, or the values of a chart.</summary>
internal sealed record OfficeExtra(string Text, TableGrid? Table = null);
