using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
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
        services.ConfigureHttpClientDefaults(http => http.AddHttpMessageHandler(() => new StreamCancellation()));
        return services;
    }
}
