using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Diagnosis.Causes;

internal static class CauseRegistration
{
    public static IServiceCollection AddCauses(this IServiceCollection services)
    {
        services.AddValidatedOptions<CauseOptions>(CauseOptions.Section);
        return services
            .AddSingleton<PrometheusMeasures>()
            .AddHostedSingleton<MeterHistory>()
            .AddSingleton<CauseAnalysis>();
    }
}
