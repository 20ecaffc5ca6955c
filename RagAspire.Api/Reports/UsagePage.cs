using System.Globalization;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

namespace RagAspire.Api.Reports;

/// <summary>Tokens and cost for people.</summary>
internal static class UsagePage
{
    private static readonly IReadOnlyList<ReportColumn> Amounts =
        [new("Calls", true), new("Input tokens", true), new("Output tokens", true), new("Estimated", true), new("Cost", true)];

    public static Report Describe(UsageReport usage) => new(
        $"Usage of models, last {usage.Period.Word()}",
        StatusOf(usage),
        usage.At,
        [
            Overview(usage),
            Budgets(usage),
            new ReportSection("Shares",
            [
                Table("By key", "Key", usage.ByKey, usage),
                Table("By collection", "Collection", usage.ByCollection, usage),
                Table("By model", "Model", usage.ByModel, usage),
                Table("By purpose", "Purpose", usage.ByKind, usage),
            ]),
            new ReportSection("Rhythm",
            [
                Bars("Tokens by the hour of the day, UTC", usage.ByHour, "tokens"),
                Bars("Tokens by the day of the week, UTC", usage.ByWeekday, "tokens", name => name[..3]),
            ]),
        ]);

    private static ReportStatus StatusOf(UsageReport usage)
    {
        var spent = usage.Budgets.Count(budget => budget.Ratio >= 1);
        var near = usage.Budgets.Count(budget => budget.Ratio >= BudgetState.Warning) - spent;
        var summary = $"{Number(usage.Total.Calls)} calls, {Number(usage.Total.InputTokens + usage.Total.OutputTokens)} tokens, "
            + $"{Money(usage.Total.Cost, usage.Currency)}.";
        return (spent, near) switch
        {
            ( > 0, _) => new ReportStatus(
                ReportLevel.Critical, "budget spent", $"{summary} {Keys(spent)} spent the whole budget: priced calls are refused."),
            (_, > 0) => new ReportStatus(
                ReportLevel.Warning, "budget nearly spent", string.Create(
                    CultureInfo.InvariantCulture, $"{summary} {Keys(near)} spent {BudgetState.Warning:0 %} of the budget or more.")),
            _ => new ReportStatus(ReportLevel.Good, "within budget", summary),
        };
    }

    private static ReportSection Overview(UsageReport usage)
    {
        var blocks = new List<ReportBlock>
        {
            new ReportFacts(
            [
                new("Period", $"{HtmlReport.Time(usage.From)} to {HtmlReport.Time(usage.Until)}"),
                new("Calls", Number(usage.Total.Calls)),
                new("Input tokens", Number(usage.Total.InputTokens)),
                new("Output tokens", Number(usage.Total.OutputTokens)),
                new("Estimated tokens", EstimateOf(usage.Total)),
                new("Cost", Money(usage.Total.Cost, usage.Currency)),
            ]),
            Chart(usage),
        };
        if (usage.WithoutPrice.Count > 0)
        {
            blocks.Add(new ReportText(
                $"These models have no price and are counted as free: {string.Join(", ", usage.WithoutPrice)}. "
                + "Prices are set in Usage:Prices."));
        }

        return new ReportSection("Overview", blocks);
    }

    /// <summary>The cost where there is any, else the tokens.</summary>
    private static ReportBars Chart(UsageReport usage)
    {
        var (isDay, hasCost) = (usage.Period == UsagePeriod.Day, usage.Total.Cost > 0);
        var caption = $"{(hasCost ? $"Cost in {usage.Currency}" : "Tokens")} by the {(isDay ? "hour" : "day")}, UTC";
        return new ReportBars(caption, hasCost ? usage.Currency : "tokens", [.. usage.Steps.Select(step => new ReportBar(
            step.At.UtcDateTime.ToString(isDay ? "HH:mm" : "MM-dd", CultureInfo.InvariantCulture),
            hasCost ? (double)step.Usage.Cost : Tokens(step.Usage),
            $"{step.At.UtcDateTime.ToString(isDay ? "MM-dd HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture)}: "
                + $"{Number(Tokens(step.Usage))} tokens, {Money(step.Usage.Cost, usage.Currency)}"))]);
    }

    private static ReportSection Budgets(UsageReport usage) => new("Budgets",
    [
        new ReportTable(
            "Budgets of keys in their current period",
            [new("Key"), new("Spent", true), new("Budget", true), new("Share", true), new("Expected", true), new("Begins anew")],
            [.. usage.Budgets.Select(budget => Row(budget, usage.Currency))])
        {
            WhenEmpty = "No key has a budget.",
        },
        new ReportText(
            "Expected is what will be spent at the end of the period if the days to come cost as much as its days so far."),
    ]);

    private static IReadOnlyList<ReportCell> Row(BudgetState budget, string currency) =>
    [
        budget.Name,
        Money(budget.Spent, currency),
        $"{Money(budget.Amount, currency)} a {budget.Period.Word()}",
        new ReportCell(budget.Ratio.ToString("0.0 %", CultureInfo.InvariantCulture), budget.Ratio switch
        {
            >= 1 => ReportLevel.Critical,
            >= BudgetState.Warning => ReportLevel.Warning,
            _ => ReportLevel.Good,
        }),
        budget.Expected is { } expected
            ? new ReportCell(Money(expected, currency), expected > budget.Amount ? ReportLevel.Warning : ReportLevel.Neutral)
            : budget.ExpectedUnknown,
        HtmlReport.Time(budget.Until),
    ];

    private static ReportTable Table(string caption, string column, IReadOnlyList<UsageShare> shares, UsageReport usage) => new(
        caption,
        [new ReportColumn(column), .. Amounts],
        [.. shares.Select(share => (IReadOnlyList<ReportCell>)
        [
            share.Name.Length > 0 ? share.Name : "(several)",
            Number(share.Usage.Calls),
            Number(share.Usage.InputTokens),
            Number(share.Usage.OutputTokens),
            EstimateOf(share.Usage),
            Money(share.Usage.Cost, usage.Currency),
        ])])
    {
        WhenEmpty = "No model was called.",
    };

    private static ReportBars Bars(
        string caption, IReadOnlyList<UsageShare> shares, string unit, Func<string, string>? label = null) => new(
        caption,
        unit,
        [.. shares.Select(share => new ReportBar(
            label?.Invoke(share.Name) ?? share.Name, Tokens(share.Usage), $"{share.Name}: {Number(Tokens(share.Usage))} tokens"))]);

    private static long Tokens(UsageTotals usage) => usage.InputTokens + usage.OutputTokens;

    private static string EstimateOf(UsageTotals usage) => usage.EstimatedTokens == 0
        ? "0"
        : string.Create(
            CultureInfo.InvariantCulture, $"{usage.EstimatedTokens:N0} ({(double)usage.EstimatedTokens / Tokens(usage):0 %})");

    private static string Keys(int count) => count == 1 ? "1 key has" : $"{count} keys have";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Two decimals, and more where the amount is so small that they would show nothing.</summary>
    private static string Money(decimal amount, string currency) =>
        $"{amount.ToString(amount is > 0 and < 1 ? "0.00####" : "N2", CultureInfo.InvariantCulture)} {currency}";
}
