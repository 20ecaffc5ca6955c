using Microsoft.Extensions.DependencyInjection;
using Qdrant.Client;
using RagAspire.Vectors.Qdrant;

namespace RagAspire.Vectors;

public static partial class VectorsRegistration
{
    static partial void AddSharedIndex(IServiceCollection services)
        => services.AddOptions<QdrantOptions>().BindConfiguration("Qdrant").ValidateDataAnnotations().ValidateOnStart();

    /// <summary>The index in Qdrant, where a client for it is registered.</summary>
    static partial void FindSharedIndex(IServiceProvider provider, ref IVectorIndex? index)
    {
        if (provider.GetService<QdrantClient>() is not null)
        {
            index = ActivatorUtilities.CreateInstance<QdrantVectorIndex>(provider);
        }
    }
}
