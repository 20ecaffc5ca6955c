using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OllamaSharp;
using Qdrant.Client;

namespace RagAspire.Tests.ServiceDefaults;

public sealed class StandInTests
{
    [Fact]
    public void A_Qdrant_client_knows_its_server_and_key()
    {
        var builder = Builder(("ConnectionStrings:vectors", "Endpoint=http://127.0.0.1:6334;Key=x"));
        builder.AddQdrantClient("vectors");
        using var host = builder.Build();

        Assert.NotNull(host.Services.GetRequiredService<QdrantClient>());
    }

    [Fact]
    public void Chat_and_embedding_models_each_keep_their_own_server_and_name()
    {
        var builder = Builder(
            ("ConnectionStrings:chat", "Endpoint=http://127.0.0.1:1;Model=talker"),
            ("ConnectionStrings:embeddings", "Endpoint=http://127.0.0.1:2;Model=embedder"));
        builder.AddOllamaApiClient("chat").AddChatClient();
        builder.AddOllamaApiClient("embeddings").AddEmbeddingGenerator();
        using var host = builder.Build();

        var chat = host.Services.GetRequiredService<IChatClient>().GetService<ChatClientMetadata>();
        var embeddings = host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>()
            .GetService<EmbeddingGeneratorMetadata>();

        Assert.Equal((new Uri("http://127.0.0.1:1"), "talker"), (chat?.ProviderUri, chat?.DefaultModelId));
        Assert.Equal((new Uri("http://127.0.0.1:2"), "embedder"), (embeddings?.ProviderUri, embeddings?.DefaultModelId));
    }

    [Fact]
    public void A_missing_model_endpoint_is_reported_on_first_use_and_names_the_setting()
    {
        var builder = Builder();
        builder.AddOllamaApiClient("chat").AddChatClient();
        using var host = builder.Build();

        var error = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IOllamaApiClient>());

        Assert.Contains("ConnectionStrings:chat", error.Message);
    }

    private static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value));
        return builder;
    }
}
