using Microsoft.Extensions.DependencyInjection;
using Qdrant.Client;
using RagAspire.Vectors.Qdrant;

namespace RagAspire.Vectors;

public static partial class VectorsRegistration
{
    static partial void AddSharedIndex(IServiceCollection services)
    {
        services.AddOptions<QdrantOptions>().BindConfiguration("Qdrant").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<QdrantCareOptions>().BindConfiguration("Qdrant:Care").ValidateDataAnnotations().ValidateOnStart();
    }

    static partial void FindIndexCare(IServiceProvider provider, ref IIndexCare? care)
    {
        if (provider.GetService<QdrantClient>() is not null)
        {
            care = ActivatorUtilities.CreateInstance<QdrantCare>(provider);
        }
    }

    /// <summary>The index in Qdrant, where a client for it is registered.</summary>
    static partial void FindSharedIndex(IServiceProvider provider, ref IVectorIndex? index)
    {
        if (provider.GetService<QdrantClient>() is not null)
        {
            index = ActivatorUtilities.CreateInstance<QdrantVectorIndex>(provider);
        }
    }
}
