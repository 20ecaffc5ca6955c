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

    public double Ratio => (double)(Spent / Amount);

    public static DateTimeOffset Start(BudgetPeriod period, DateTimeOffset at) => period == BudgetPeriod.Day
        ? new DateTimeOffset(at.UtcDateTime.Date, TimeSpan.Zero)
        : new DateTimeOffset(at.UtcDateTime.Year, at.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero);

    public static DateTimeOffset End(BudgetPeriod period, DateTimeOffset at) => period == BudgetPeriod.Day
        ? Start(period, at).AddDays(1)
        : Start(period, at).AddMonths(1);
}
