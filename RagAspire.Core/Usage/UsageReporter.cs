using System.Globalization;
using RagAspire.Usage.Budgets;

namespace RagAspire.Usage;

/// <summary>Makes the report of a period.</summary>
public sealed class UsageReporter(UsageStore store, BudgetStore budgets, PriceList prices, TimeProvider time)
{
    private const int Most = 50;
    private const string Others = "(others)";

    /// <summary>What every process has written: usage of the last seconds may be missing.</summary>
    public async Task<UsageReport> ReportAsync(UsagePeriod period, CancellationToken cancellationToken)
    {
        var range = RangeOf(period);
        var hours = await store.HoursAsync(range, cancellationToken);
        var models = await store.SharesAsync(range, UsageProperty.Model, cancellationToken);
        return new UsageReport(
            period,
            time.GetUtcNow(),
            range.From,
            range.Until,
            range.Currency,
            Sum(hours),
            StepsOf(period, range, hours),
            Top(await store.SharesAsync(range, UsageProperty.Key, cancellationToken)),
            Top(await store.SharesAsync(range, UsageProperty.Collection, cancellationToken)),
            Top(models),
            await store.SharesAsync(range, UsageProperty.Kind, cancellationToken),
            [.. Enumerable.Range(0, 24).Select(hour => Share(
                hour.ToString("00", CultureInfo.InvariantCulture), hours.Where(step => step.At.UtcDateTime.Hour == hour)))],
            [.. Weekdays().Select(day => Share(day.ToString(), hours.Where(step => step.At.UtcDateTime.DayOfWeek == day)))],
            await budgets.ListAsync(cancellationToken),
            [.. models.Where(model => prices.Find(model.Id) is null).Select(model => model.Id)]);
    }

    private UsageRange RangeOf(UsagePeriod period)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var nextHour = new DateTimeOffset(now.Date.AddHours(now.Hour + 1), TimeSpan.Zero);
        var from = period switch
        {
            UsagePeriod.Day => nextHour.AddHours(-24),
            UsagePeriod.Week => new DateTimeOffset(now.Date.AddDays(-6), TimeSpan.Zero),
            _ => new DateTimeOffset(now.Date.AddDays(-29), TimeSpan.Zero),
        };
        return new UsageRange(from, nextHour, prices.Currency);
    }

    private static List<UsageStep> StepsOf(UsagePeriod period, UsageRange range, IReadOnlyList<UsageStep> hours)
    {
        var length = period == UsagePeriod.Day ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);
        var sums = hours.ToLookup(step => (step.At - range.From).Ticks / length.Ticks);
        var count = (int)Math.Ceiling((range.Until - range.From) / length);
        return [.. Enumerable.Range(0, count).Select(i => new UsageStep(range.From + (i * length), Sum(sums[i])))];
    }

    private static IReadOnlyList<UsageShare> Top(IReadOnlyList<UsageShare> shares) => shares.Count <= Most
        ? shares
        : [.. shares.Take(Most), new UsageShare(Others, Others, Sum(shares.Skip(Most).Select(share => share.Usage)))];

    private static UsageShare Share(string name, IEnumerable<UsageStep> steps) => new(name, name, Sum(steps));

    private static UsageTotals Sum(IEnumerable<UsageStep> steps) => Sum(steps.Select(step => step.Usage));

    private static UsageTotals Sum(IEnumerable<UsageTotals> totals) =>
        totals.Aggregate(UsageTotals.None, (sum, one) => sum.Plus(one));

    private static IEnumerable<DayOfWeek> Weekdays() => Enumerable.Range(1, 7).Select(day => (DayOfWeek)(day % 7));
}
