using Microsoft.Extensions.DependencyInjection;
using RagAspire.Usage.Budgets;

namespace RagAspire.Usage;

public static class UsageRegistration
{
    /// <summary>Adds the recording of tokens and cost, and the check of budgets.</summary>
    internal static IServiceCollection AddUsage(this IServiceCollection services) => services
        .AddValidatedOptions<UsageOptions>(UsageOptions.Section)
        .AddSingleton<PriceList>()
        .AddSingleton<UsageMetrics>()
        .AddSingleton<UsageLedger>()
        .AddSingleton<UsageStore>()
        .AddHostedSingleton<UsageWriter>()
        .AddSingleton<BudgetStore>()
        .AddSingleton<BudgetGate>()
        .AddSingleton<ModelMeter>()
        .AddSingleton<UsageReporter>();

    /// <summary>Exports how much of each budget is spent.</summary>
    public static IServiceCollection AddBudgetMetrics(this IServiceCollection services) =>
        services.AddHostedService<BudgetMetricsSampler>();
}
