using System.Globalization;
using System.Text;
using RagAspire.Capacity;
using RagAspire.Capacity.History;
using RagAspire.Capacity.Recommendations;

namespace RagAspire.Worker.Commands;

/// <summary>A capacity plan for a terminal.</summary>
internal static class CapacityText
{
    public static string Write(CapacityReport report)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"Capacity at {report.At:yyyy-MM-dd HH:mm} UTC, {report.Request.History.TotalDays:0.#} days of "
            + $"history, {report.Request.Ahead.TotalDays:0.#} days ahead\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{"figure",-34} {"now",12} {"per day",12} {"then",12} {"limit",12}  early       likely      late\n");
        foreach (var figure in report.Figures)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{figure.FullTitle,-34} {Show.Value(figure.CurrentMean, figure.Unit),12} "
                + $"{Show.Value(figure.Trend?.PerDay, figure.Unit),12} "
                + $"{Show.Value(figure.Projection?.Mean, figure.Unit),12} "
                + $"{Show.Value(figure.Limit, figure.Unit),12}  {Dates(figure.Crossing)}\n");
        }

        Append(text, "Recommendations", report.Recommendations.Select(row =>
            $"{row.Action} ({row.Urgency.Word()}){(row.Subject is null ? "" : $", {row.Subject}")}: {row.Reason} "
            + $"{row.Effect}".TrimEnd()), "none");
        Append(text, "Backtests", report.Figures.Where(figure => figure.Projection is not null).Select(figure => string.Create(
            CultureInfo.InvariantCulture,
            $"{figure.FullTitle}: sMAPE {figure.Projection!.Backtest.Smape:0.#}, MASE "
            + $"{figure.Projection.Backtest.Mase:0.##}, {figure.Projection.Methods[0].Name}")));
        Append(text, "What if", report.WhatIf.Select(row =>
            $"{row.Title}{(row.Subject is null ? "" : $" of {row.Subject}")}: {Show.Value(row.Now, row.Unit)} to "
            + $"{Show.Value(row.Then, row.Unit)}{(row.Exceeds ? ", beyond the limit" : "")}. {row.Basis}"));
        Append(text, "Requests and limits to set", report.Requests.Select(row =>
            $"{row.Process} {row.Resource}: request {Amount(row, row.Request)}, limit {Amount(row, row.Limit)}; {row.Query}"));
        Append(text, "Queries", report.Figures.Where(figure => figure.Values > 0).Select(figure =>
            $"{figure.FullTitle}: {figure.Query}{(figure.LimitSource is { } limit ? $"; limit: {limit}" : "")}"));
        Append(text, "What is not known", report.Unknown);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IEnumerable<string> lines, string? whenEmpty = null)
    {
        var all = lines.ToList();
        if (all.Count == 0 && whenEmpty is null)
        {
            return;
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{title}\n");
        foreach (var line in all.DefaultIfEmpty(whenEmpty ?? ""))
        {
            text.Append(CultureInfo.InvariantCulture, $"- {line.ReplaceLineEndings(" ")}\n");
        }
    }

    private static string Amount(ResourceRequest row, double value) => row.Resource == "cpu"
        ? string.Create(CultureInfo.InvariantCulture, $"{value * 1000:0} m") : Show.Value(value, CapacityUnit.Bytes);

    private static string Dates(Crossing? crossing) => crossing is null
        ? "-" : $"{Day(crossing.Early),-11} {Day(crossing.Likely),-11} {Day(crossing.Late)}".TrimEnd();

    private static string Day(DateTimeOffset? at) => at is null ? "-" : Show.Day(at);
}
