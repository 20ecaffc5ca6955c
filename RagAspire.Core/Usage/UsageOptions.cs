using System.ComponentModel.DataAnnotations;
using RagAspire.Security;

namespace RagAspire.Usage;

/// <summary>Prices of models, and how usage is recorded; section <c>Usage</c>.</summary>
public sealed class UsageOptions : IValidatableObject
{
    public const string Section = "Usage";

    /// <summary>The currency of all prices and budgets (ISO 4217).</summary>
    [RegularExpression("[A-Z]{3}", ErrorMessage = "Usage:Currency must be three capital letters, such as USD.")]
    public string Currency { get; set; } = "USD";

    /// <summary>Models that are not listed cost nothing.</summary>
    public IList<ModelPrice> Prices { get; } = [];

    /// <summary>The budget of keys that have none of their own; 0 for none.</summary>
    [Range(0, 1_000_000_000)]
    public decimal DefaultBudget { get; set; }

    /// <summary>When the default budget begins anew.</summary>
    public BudgetPeriod DefaultBudgetPeriod { get; set; } = BudgetPeriod.Month;

    /// <summary>How long usage is gathered before it is written. A killed process loses at most this much.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How old the known spending of other processes may be when a call is checked against a budget.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan BudgetRefresh { get; set; } = TimeSpan.FromSeconds(2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var price in Prices)
        {
            if (string.IsNullOrWhiteSpace(price.Model))
            {
                yield return new ValidationResult("A price in Usage:Prices must name its Model.", [nameof(Prices)]);
            }

            if (price.Input is < 0 or > ModelPrice.Highest || price.Output is < 0 or > ModelPrice.Highest)
            {
                yield return new ValidationResult(
                    $"The price of the model '{price.Model}' must be between 0 and {ModelPrice.Highest} for a million tokens.",
                    [nameof(Prices)]);
            }
        }

        var names = Prices.GroupBy(price => price.Model, StringComparer.OrdinalIgnoreCase);
        foreach (var twice in names.Where(group => group.Count() > 1))
        {
            yield return new ValidationResult($"The model '{twice.Key}' has more than one price in Usage:Prices.", [nameof(Prices)]);
        }
    }
}

/// <summary>The price of a model.</summary>
public sealed class ModelPrice
{
    public const int Highest = 1_000_000;

    /// <summary>The name with its tag, the name without it for all tags, or <c>*</c> for all other models.</summary>
    public string Model { get; set; } = "";

    /// <summary>For a million input tokens.</summary>
    public decimal Input { get; set; }

    /// <summary>For a million output tokens.</summary>
    public decimal Output { get; set; }

    public decimal CostOf(ModelTokens tokens) => ((tokens.Input * Input) + (tokens.Output * Output)) / 1_000_000;
}
