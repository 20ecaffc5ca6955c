using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RagAspire.Vectors;
using RagAspire.Vectors.Boxed;
using RagAspire.Vectors.Embedding;

namespace Microsoft.Extensions.Hosting;

/// <summary>The embedding model that comes with the product.</summary>
public static class BoxedModelExtensions
{
    /// <summary>
    /// Registers the model of <see cref="EmbeddingOptions.Embedded"/> where no other embedding model is configured. Nothing
    /// is loaded before it is used. On a machine that cannot run it search is by text, as with <see cref="BoxedModel.Off"/>.
    /// </summary>
    /// <param name="warmUp">Loads it in the background after the start.</param>
    public static TBuilder AddBoxedModel<TBuilder>(this TBuilder builder, bool warmUp = false)
        where TBuilder : IHostApplicationBuilder
    {
        var setting = builder.Configuration[$"{EmbeddingOptions.Section}:{nameof(EmbeddingOptions.Embedded)}"];
        if (builder.Configuration.GetConnectionString("embeddings") is { Length: > 0 }
            || !BoxedModel.IsSupported
            || BoxedModel.Of(setting ?? BoxedModel.MiniLm) is not { } model)
        {
            return builder;
        }

        // Before the configuration, which may say otherwise.
        builder.Services.Configure<HybridOptions>(options => options.VectorWeight = BoxedModel.VectorWeight);
        builder.Services.Configure<EmbeddingOptions>(options =>
        {
            options.BatchSize = BoxedModel.BatchSize;
            options.RequestTimeout = BoxedModel.RequestTimeout;
        });
        builder.Services.AddEmbeddingGenerator(services => new OpenTelemetryEmbeddingGenerator<string, Embedding<float>>(
            new BoxedEmbeddingGenerator(model, services.GetRequiredService<ILogger<BoxedEmbeddingGenerator>>()),
            services.GetService<ILogger<OpenTelemetryEmbeddingGenerator<string, Embedding<float>>>>()));
        if (warmUp)
        {
            builder.Services.AddHostedService<ModelWarmUp>();
        }

        return builder;
    }
}
