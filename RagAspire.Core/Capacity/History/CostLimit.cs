using System.Globalization;
using RagAspire.Usage.Budgets;

namespace RagAspire.Capacity.History;

/// <summary>Limits the cost of models by the budgets of all keys, where each key that spends has one.</summary>
internal sealed class CostLimit(BudgetStore budgets)
{
    /// <exception cref="Npgsql.NpgsqlException">The database cannot be reached.</exception>
    public async Task<MetricHistory> AddAsync(MetricHistory history, HistoryWindow window, CancellationToken cancellationToken)
    {
        if (history.Metric.Name != CapacityMetrics.Cost)
        {
            return history;
        }

        var sum = await budgets.SumAsync(window.From, cancellationToken);
        return sum switch
        {
            { Unlimited.Count: > 0 } => history with
            {
                NoLimit = $"there is no limit, because {Names(sum.Unlimited)} without a budget.",
            },
            { Keys: 0 } => history with { NoLimit = "there is no limit, because no key has a budget." },
            _ => history with
            {
                Limit = (double)sum.PerHour,
                LimitQuery = string.Create(
                    CultureInfo.InvariantCulture, $"budgets of {sum.Keys} {(sum.Keys == 1 ? "key" : "keys")}, per hour of their periods"),
            },
        };
    }

    private static string Names(IReadOnlyList<string> names) => names switch
    {
        [var one] => $"the key {one} spends",
        { Count: <= 3 } => $"the keys {string.Join(", ", names)} spend",
        _ => string.Create(CultureInfo.InvariantCulture, $"the keys {string.Join(", ", names.Take(3))} and {names.Count - 3} more spend"),
    };
}
