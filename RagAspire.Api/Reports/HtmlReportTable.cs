using System.Text;

namespace RagAspire.Api.Reports;

/// <summary>Writes tables. Each cell carries the name of its column, which a narrow screen shows beside it.</summary>
internal static class HtmlReportTable
{
    /// <summary>A longer word may be broken anywhere; the others keep their column as wide as they are.</summary>
    private const int LongestWord = 16;

    public static void Append(StringBuilder html, ReportTable table)
    {
        if (table.Rows.Count == 0)
        {
            html.Append("<p class=\"quiet\">").Append(HtmlReport.Encode(table.Caption)).Append(": ")
                .Append(HtmlReport.Encode(table.WhenEmpty)).Append("</p>\n");
            return;
        }

        // The explicit roles stay when the narrow layout takes the display types of a table away.
        html.Append("<table role=\"table\">\n<caption>").Append(HtmlReport.Encode(table.Caption)).Append("</caption>\n")
            .Append("<thead><tr role=\"row\">");
        foreach (var column in table.Columns)
        {
            html.Append("<th scope=\"col\" role=\"columnheader\"").Append(Class(column.Title, column.IsNumber)).Append('>')
                .Append(HtmlReport.Encode(column.Title)).Append("</th>");
        }

        html.Append("</tr></thead>\n<tbody role=\"rowgroup\">\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr role=\"row\">");
            foreach (var (column, cell) in table.Columns.Zip(row))
            {
                Append(html, column, cell, isHeading: ReferenceEquals(column, table.Columns[0]));
            }

            html.Append("</tr>\n");
        }

        html.Append("</tbody>\n</table>\n");
    }

    private static void Append(StringBuilder html, ReportColumn column, ReportCell cell, bool isHeading)
    {
        if (isHeading)
        {
            html.Append("<th scope=\"row\" role=\"rowheader\"").Append(Class(cell.Text, isNumber: false)).Append('>')
                .Append(HtmlReport.Cell(cell)).Append("</th>");
            return;
        }

        html.Append("<td role=\"cell\"").Append(Class(cell.Text, column.IsNumber))
            .Append(" data-column=\"").Append(HtmlReport.Encode(column.Title)).Append("\">")
            .Append(HtmlReport.Cell(cell)).Append("</td>");
    }

    private static string Class(string? text, bool isNumber) => isNumber ? " class=\"number\""
        : text?.Split(' ', '\n').Any(word => word.Length > LongestWord) == true ? " class=\"long\""
        : "";
}
