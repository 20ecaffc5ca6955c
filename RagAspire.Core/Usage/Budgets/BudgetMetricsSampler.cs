using RagAspire.Database;

namespace RagAspire.Usage.Budgets;

/// <summary>Exports how much of each budget is spent, by all processes together.</summary>
public sealed class BudgetMetricsSampler(BudgetStore budgets, DatabaseStartup database, UsageMetrics metrics, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(10);

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        metrics.BudgetsAre(await budgets.ListAsync(cancellationToken));
}
