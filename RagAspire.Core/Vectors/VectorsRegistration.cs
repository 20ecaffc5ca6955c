using Microsoft.Extensions.DependencyInjection;
using RagAspire.Vectors.Analysis;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Vectors;

public static partial class VectorsRegistration
{
    /// <summary>
    /// Registers the text analysis, the index and their options (sections <c>Bm25</c>, <c>Hybrid</c>, <c>Qdrant</c>). The
    /// index is Qdrant where a Qdrant client is registered, and in this process otherwise.
    /// </summary>
    public static IServiceCollection AddVectors(this IServiceCollection services)
    {
        services.AddOptions<Bm25Options>().BindConfiguration("Bm25").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<HybridOptions>().BindConfiguration("Hybrid").ValidateDataAnnotations().ValidateOnStart();
        AddSharedIndex(services);
        services.AddSingleton<TextAnalyzer>();
        services.AddSingleton<Bm25Encoder>();
        services.AddSingleton<InProcessVectorIndex>();
        services.AddSingleton(Index);
        return services;
    }

    /// <summary>Who looks after the structure of a shared index; null where there is none.</summary>
    public static IIndexCare? IndexCare(IServiceProvider provider)
    {
        var care = provider.GetService<IIndexCare>();
        if (care is null)
        {
            FindIndexCare(provider, ref care);
        }

        return care;
    }

    private static IVectorIndex Index(IServiceProvider provider)
    {
        IVectorIndex? shared = null;
        FindSharedIndex(provider, ref shared);
        return shared ?? provider.GetRequiredService<InProcessVectorIndex>();
    }

    /// <summary>Does nothing where the packages of a shared index are not served.</summary>
    static partial void AddSharedIndex(IServiceCollection services);

    static partial void FindIndexCare(IServiceProvider provider, ref IIndexCare? care);

    static partial void FindSharedIndex(IServiceProvider provider, ref IVectorIndex? index);
}
