using System.Diagnostics.Metrics;
using RagAspire.Usage.Budgets;

namespace RagAspire.Usage;

/// <summary>Tokens, cost and budgets. Attributes have the names of OpenTelemetry's conventions for generative AI.</summary>
public sealed class UsageMetrics
{
    public const string MeterName = "RagAspire.Usage";

    private readonly Counter<long> _tokens;
    private readonly Counter<double> _cost;
    private readonly Counter<long> _refusals;
    private volatile IReadOnlyList<BudgetState> _budgets = [];

    public UsageMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _tokens = meter.CreateCounter<long>("rag.llm.tokens", "{token}", "Tokens that models have read and written");
        _cost = meter.CreateCounter<double>("rag.llm.cost", null, "Cost of the calls of models, in the configured currency");
        _refusals = meter.CreateCounter<long>("rag.budget.refusals", "{request}", "Requests that were refused because a budget is spent");
        meter.CreateObservableGauge(
            "rag.budget.used_ratio", () => _budgets.Select(Measure), description: "Spent share of the budget of each key that has one");
    }

    public void Used(UsageKind kind, string model, string currency, UsageTotals call)
    {
        var tags = Tags(kind, model);
        Count(tags, "input", call.InputTokens, call.EstimatedTokens > 0);
        Count(tags, "output", call.OutputTokens, call.EstimatedTokens > 0);
        if (call.Cost > 0)
        {
            _cost.Add((double)call.Cost, [.. tags, new("currency", currency)]);
        }
    }

    public void Refused(string key) => _refusals.Add(1, new KeyValuePair<string, object?>("key", key));

    /// <summary>The budgets of all keys, as they are now.</summary>
    public void BudgetsAre(IReadOnlyList<BudgetState> budgets) => _budgets = budgets;

    private void Count(KeyValuePair<string, object?>[] tags, string type, long tokens, bool isEstimated)
    {
        if (tokens > 0)
        {
            _tokens.Add(tokens, [.. tags, new("gen_ai.token.type", type), new("estimated", isEstimated ? "true" : "false")]);
        }
    }

    private static KeyValuePair<string, object?>[] Tags(UsageKind kind, string model) =>
    [
        new("gen_ai.operation.name", kind == UsageKind.Answer ? "chat" : "embeddings"),
        new("gen_ai.request.model", model),
        new("kind", kind.Word()),
    ];

    private static Measurement<double> Measure(BudgetState budget) => new(
        budget.Ratio,
        new KeyValuePair<string, object?>("key", budget.Name),
        new KeyValuePair<string, object?>("key_id", budget.KeyId));
}
