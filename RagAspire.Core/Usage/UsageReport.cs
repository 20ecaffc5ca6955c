using System.Text.Json.Serialization;
using RagAspire.Usage.Budgets;

namespace RagAspire.Usage;

/// <summary>The time that a report covers, up to now.</summary>
[JsonConverter(typeof(EnumWordConverter<UsagePeriod>))]
public enum UsagePeriod
{
    /// <summary>24 hours.</summary>
    Day,

    /// <summary>7 days.</summary>
    Week,

    /// <summary>30 days.</summary>
    Month,
}

/// <summary>What usage is added up by.</summary>
public enum UsageProperty
{
    Key,
    Collection,
    Model,
    Kind,
}

/// <summary>Whole hours; <paramref name="Until"/> is not part of them.</summary>
public sealed record UsageRange(DateTimeOffset From, DateTimeOffset Until, string Currency);

/// <summary>The usage of one key, collection, model or kind.</summary>
/// <param name="Id">Of the key; otherwise the name.</param>
public sealed record UsageShare(string Id, string Name, UsageTotals Usage);

/// <summary>The usage of an hour or a day.</summary>
public sealed record UsageStep(DateTimeOffset At, UsageTotals Usage);

/// <summary>Tokens and cost of a period. Times are UTC.</summary>
/// <param name="Steps">By the hour for a day, by the day for a week and a month; also those without usage.</param>
/// <param name="ByKey">Here and below: the most expensive 50, and the sum of the others.</param>
/// <param name="ByHour">By the hour of the day, 0–23.</param>
/// <param name="ByWeekday">Monday to Sunday.</param>
/// <param name="Budgets">The budgets of their own periods, the most spent first.</param>
/// <param name="WithoutPrice">Models that were used and cost nothing because they have no price.</param>
public sealed record UsageReport(
    UsagePeriod Period,
    DateTimeOffset At,
    DateTimeOffset From,
    DateTimeOffset Until,
    string Currency,
    UsageTotals Total,
    IReadOnlyList<UsageStep> Steps,
    IReadOnlyList<UsageShare> ByKey,
    IReadOnlyList<UsageShare> ByCollection,
    IReadOnlyList<UsageShare> ByModel,
    IReadOnlyList<UsageShare> ByKind,
    IReadOnlyList<UsageShare> ByHour,
    IReadOnlyList<UsageShare> ByWeekday,
    IReadOnlyList<BudgetState> Budgets,
    IReadOnlyList<string> WithoutPrice);
