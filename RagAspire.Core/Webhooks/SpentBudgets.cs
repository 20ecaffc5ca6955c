using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Usage.Budgets;

namespace RagAspire.Webhooks;

/// <summary>Writes an event for each budget that is spent, once in its period.</summary>
public sealed class SpentBudgets(
    BudgetStore budgets, WebhookStore store, IOptions<WebhookOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private long? _lookedAt;

    /// <summary>Looks, unless it did so a moment ago or no webhook wants to know.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.All.Values.Any(webhook => webhook.Wants(WebhookEvents.BudgetSpent))
            || (_lookedAt is { } at && time.GetElapsedTime(at) < Pause))
        {
            return;
        }

        _lookedAt = time.GetTimestamp();
        foreach (var budget in (await budgets.ListAsync(cancellationToken)).Where(budget => budget.Ratio >= 1))
        {
            await store.MarkAsync(
                string.Create(CultureInfo.InvariantCulture, $"budget {budget.KeyId} {budget.Since:O}"),
                WebhookEvents.BudgetSpent,
                new { key = budget.Name, keyId = budget.KeyId, budget.Amount, budget.Spent, budget.Since, budget.Until },
                cancellationToken);
        }
    }
}
