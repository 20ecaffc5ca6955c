using RagAspire.Usage.Budgets;

namespace RagAspire.Usage;

/// <summary>Stands before every model: admits a call within the budget of the key that pays, and counts it afterwards.</summary>
public sealed class ModelMeter(UsageLedger ledger, BudgetGate budgets)
{
    /// <summary>Admits a call, and holds its likely cost until the result is disposed.</summary>
    /// <exception cref="BudgetExceededException">The budget is spent, or calls that are running may spend it.</exception>
    public ValueTask<IDisposable> AdmitAsync(
        string keyId, string model, ModelTokens expected, CancellationToken cancellationToken) =>
        budgets.AdmitAsync(keyId, model, expected, cancellationToken);

    public void Count(UsageContext usage, string model, ModelTokens tokens) => ledger.Add(usage, model, tokens);
}
