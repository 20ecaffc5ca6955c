using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

namespace RagAspire.TestSupport.Usage;

/// <summary>The counting of usage for tests of something else.</summary>
internal static class UsageData
{
    public static UsageContext Nobody { get; } = new(UsageContext.SystemKey, "default", UsageKind.Search);

    /// <summary>A meter without prices, which never asks its database.</summary>
    public static ModelMeter Meter()
    {
        var options = Options.Create(new UsageOptions());
        var prices = new PriceList(options);
        var meters = new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();
        var ledger = new UsageLedger(prices, new UsageMetrics(meters), TimeProvider.System);
        var budgets = new BudgetStore(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1"), options, TimeProvider.System);
        return new ModelMeter(ledger, new BudgetGate(budgets, ledger, prices, options, TimeProvider.System));
    }
}
