using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.LanguageModels;
using RagAspire.Vectors;

namespace RagAspire.Answers;

/// <summary>Registers what writes answers and what makes vectors. The models themselves are optional services.</summary>
public static class AnswersRegistration
{
    public static IServiceCollection AddAnswerWriting(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<AnswerOptions>().Bind(configuration.GetSection("Answers")).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<EmbeddingOptions>().Bind(configuration.GetSection("Embeddings")).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<Embedder>();
        services.AddSingleton<AnswerModel>();
        services.AddSingleton<AnswerWriter>();

        // A client's own limit, 100 seconds by default, must not cut a longer one that was configured here.
        services.ConfigureHttpClientDefaults(http => http
            .AddHttpMessageHandler(() => new StreamCancellation())
            .ConfigureHttpClient((provider, client) =>
            {
                var patience = provider.GetRequiredService<IOptions<AnswerOptions>>().Value.FirstTokenTimeout + TimeSpan.FromSeconds(10);
                if (client.Timeout != Timeout.InfiniteTimeSpan && client.Timeout < patience)
                {
                    client.Timeout = patience;
                }
            }));
        return services;
    }
}
