using RagAspire.Security;

namespace RagAspire.Usage.Budgets;

/// <summary>The budget of a key, and what the key has spent of it.</summary>
/// <param name="Since">The start of the budget's period.</param>
/// <param name="Until">The end, when the whole budget is there again.</param>
public sealed record BudgetState(
    string KeyId, string Name, decimal Amount, BudgetPeriod Period, decimal Spent, DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>The share from which operators are warned.</summary>
    public const double Warning = .8;

    /// <summary>Fewer days say nothing about the days to come.</summary>
    public static readonly TimeSpan ShortestPast = TimeSpan.FromDays(2);

    public double Ratio => (double)(Spent / Amount);

    /// <summary>
    /// What will be spent at the end of the period if the days to come cost as much as those so far; null where that is not
    /// known. Priced calls are refused before it exceeds the amount.
    /// </summary>
    public decimal? Expected { get; init; }

    /// <summary>Why nothing is expected; null where something is.</summary>
    public string? ExpectedUnknown { get; init; }

    /// <summary>With what is expected at the end of the period.</summary>
    /// <param name="created">When the key was made, if that is known: it could not spend before.</param>
    public BudgetState Projected(DateTimeOffset now, DateTimeOffset? created)
    {
        var past = now - (created > Since ? created.Value : Since);
        return Until - Since < 2 * ShortestPast ? this with { ExpectedUnknown = "A day is too short to be projected." }
            : past < ShortestPast ? this with { ExpectedUnknown = $"Less than {ShortestPast.TotalDays:0} days of this period are known." }
            : this with { Expected = Math.Round(Spent + (Spent * (decimal)((Until - now) / past)), 6) };
    }

    public static DateTimeOffset Start(BudgetPeriod period, DateTimeOffset at) => period == BudgetPeriod.Day
        ? new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero)
        : new DateTimeOffset(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset End(BudgetPeriod period, DateTimeOffset at) => period == BudgetPeriod.Day
        ? Start(period, at).AddDays(1)
        : Start(period, at).AddMonths(1);
}
