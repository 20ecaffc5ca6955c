using System.Text.Json.Serialization;

namespace RagAspire.Security;

/// <summary>When a budget begins anew, in UTC.</summary>
[JsonConverter(typeof(EnumWordConverter<BudgetPeriod>))]
public enum BudgetPeriod
{
    Day,
    Month,
}

/// <summary>What a key may spend on models.</summary>
/// <param name="Amount">In the currency of the configured prices; more than 0.</param>
public sealed record Budget(decimal Amount, BudgetPeriod Period);
