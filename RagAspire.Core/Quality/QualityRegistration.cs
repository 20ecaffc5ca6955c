using Microsoft.Extensions.DependencyInjection;

namespace RagAspire.Quality;

public static class QualityRegistration
{
    internal static IServiceCollection AddQuality(this IServiceCollection services) => services
        .AddSingleton<FeedbackStore>()
        .AddSingleton<GoldenSetStore>()
        .AddSingleton<RetrievalEvaluator>();

    /// <summary>Exports the metrics of the newest evaluations. One process of a deployment is enough.</summary>
    public static IServiceCollection AddQualityMetrics(this IServiceCollection services) => services
        .AddSingleton<QualityMetrics>()
        .AddHostedService<QualityMetricsSampler>();
}
