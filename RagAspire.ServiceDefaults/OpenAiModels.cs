using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RagAspire.Models;

namespace Microsoft.Extensions.Hosting;

/// <summary>Models behind OpenAI's protocol, with the same spans and token counts as those of Ollama.</summary>
internal static class OpenAiModels
{
    public static void AddOpenAiChat(this IHostApplicationBuilder builder, string httpClient, ModelConnection connection) =>
        builder.Services.AddChatClient(services => new OpenTelemetryChatClient(
            Server(services, httpClient, connection).ChatClient(),
            services.GetService<ILogger<OpenTelemetryChatClient>>(),
            MetricsExtensions.Models));

    public static void AddOpenAiEmbeddings(this IHostApplicationBuilder builder, string httpClient, ModelConnection connection) =>
        builder.Services.AddEmbeddingGenerator(services => new OpenTelemetryEmbeddingGenerator<string, Embedding<float>>(
            Server(services, httpClient, connection).EmbeddingGenerator(),
            services.GetService<ILogger<OpenTelemetryEmbeddingGenerator<string, Embedding<float>>>>()));

    private static OpenAiServer Server(IServiceProvider services, string httpClient, ModelConnection connection) =>
        new(connection, services.GetRequiredService<IHttpClientFactory>().CreateClient(httpClient));
}
