namespace RagAspire.Usage.Budgets;

/// <summary>All budgets together.</summary>
/// <param name="PerHour">What they allow in an hour, on average over their periods.</param>
/// <param name="Keys">How many keys have a budget.</param>
/// <param name="Unlimited">The names of the keys that spend and have no budget, so that there is no limit.</param>
public sealed record BudgetSum(decimal PerHour, long Keys, IReadOnlyList<string> Unlimited);
