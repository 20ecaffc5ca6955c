using Microsoft.Extensions.AI;

namespace RagAspire.Models;

/// <summary>An embedding model behind OpenAI's protocol, with failures of an HTTP client.</summary>
internal sealed class OpenAiEmbeddings(OpenAiServer server, IEmbeddingGenerator<string, Embedding<float>> inner)
    : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
{
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await base.GenerateAsync(values, options, cancellationToken);
        }
        catch (Exception failure) when (OpenAiFailure.Translates(failure))
        {
            throw OpenAiFailure.Translate(failure);
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType == typeof(OpenAiServer) ? server : base.GetService(serviceType, serviceKey);
}
