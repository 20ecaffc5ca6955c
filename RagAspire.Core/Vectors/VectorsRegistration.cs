using Microsoft.Extensions.DependencyInjection;
using RagAspire.Vectors.Analysis;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Vectors;

public static class VectorsRegistration
{
    /// <summary>Registers the text analysis, the in-process index and their options (sections <c>Bm25</c>, <c>Hybrid</c>).</summary>
    public static IServiceCollection AddVectors(this IServiceCollection services)
    {
        services.AddOptions<Bm25Options>().BindConfiguration("Bm25").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HybridOptions>().BindConfiguration("Hybrid").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TextAnalyzer>();
        services.AddSingleton<Bm25Encoder>();
        services.AddSingleton<InProcessVectorIndex>();
        services.AddSingleton<IVectorIndex>(provider => provider.GetRequiredService<InProcessVectorIndex>());
        return services;
    }
}
