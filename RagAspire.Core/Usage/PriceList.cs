using Microsoft.Extensions.Options;

namespace RagAspire.Usage;

/// <summary>Finds the price of a model.</summary>
public sealed class PriceList(IOptions<UsageOptions> options)
{
    private const string AnyModel = "*";

    public string Currency => options.Value.Currency;

    /// <summary>The price of the exact name, else of the name without its tag, else of all models; null for none.</summary>
    public ModelPrice? Find(string model)
    {
        var family = model.Split(':')[0];
        return Named(model) ?? (model.EndsWith(":latest", StringComparison.OrdinalIgnoreCase) || !model.Contains(':')
            ? Named(family) ?? Named($"{family}:latest")
            : Named(family)) ?? Named(AnyModel);
    }

    /// <summary>Whether calls of a model cost nothing.</summary>
    public bool IsFree(string model) => Find(model) is not { } price || price is { Input: 0, Output: 0 };

    private ModelPrice? Named(string name) =>
        options.Value.Prices.FirstOrDefault(price => price.Model.Equals(name, StringComparison.OrdinalIgnoreCase));
}
