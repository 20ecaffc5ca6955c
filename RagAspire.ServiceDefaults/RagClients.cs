using Aspire.Qdrant.Client;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Answers.Generation;
using RagAspire.Database;
using RagAspire.Models;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Qdrant;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>The clients of the stores and models, by the connection names that the AppHost hands to every service.</summary>
public static class RagClients
{
    private const string CommandTimeout = "Command Timeout";
    private const string MaxAutoPrepare = "Max Auto Prepare";

    /// <summary>
    /// Registers PostgreSQL (<c>ragdb</c>) and Redis (<c>cache</c>), and where a connection string is set also Qdrant
    /// (<c>vectors</c>), the chat model (<c>chat</c>) and the embedding model (<c>embeddings</c>).
    /// </summary>
    /// <exception cref="ModelConnectionException">The connection string of a model is wrong.</exception>
    public static TBuilder AddRagClients<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        // The clients' own health checks are replaced by those of the health report, which have its names.
        var isTraced = builder.HasTelemetryReceiver();
        builder.AddNpgsqlDataSource(
            "ragdb", settings => (settings.DisableHealthChecks, settings.DisableTracing) = (true, !isTraced), ConfigureDatabase);
        builder.AddRedisClient(
            "cache", settings => (settings.DisableHealthChecks, settings.DisableTracing) = (true, !isTraced), ConfigureRedis);
        builder.AddVectors();
        builder.AddChat();
        builder.AddEmbeddings();
        return builder;
    }

    private static void AddVectors(this IHostApplicationBuilder builder)
    {
        if (!builder.IsConfigured("vectors"))
        {
            return;
        }

        QdrantClientSettings? settings = null;
        builder.AddQdrantClient("vectors", read => (settings = read).DisableHealthChecks = true);
        if (settings?.Endpoint is { } address)
        {
            // In place of the integration's client, which would wait for minutes for a server that has fallen silent.
            builder.Services
                .AddSingleton(services => QdrantConnection.Channel(
                    address, services.GetRequiredService<IOptions<QdrantOptions>>().Value))
                .AddSingleton(services => QdrantConnection.Client(
                    services.GetRequiredService<GrpcChannel>(), settings.Key, services.GetRequiredService<ILoggerFactory>()));
        }
    }

    private static void AddChat(this IHostApplicationBuilder builder)
    {
        if (builder.ModelOf("chat") is not { } model)
        {
            return;
        }

        if (model.IsOpenAi)
        {
            builder.AddOpenAiChat(HttpClientOf("chat"), model);
        }
        else
        {
            builder.AddOllamaApiClient("chat").AddChatClient();
        }

        // OpenAI's protocol has the list of all models in one line, too.
        builder.ConfigureModelClient("chat", lineBytes: model.IsOpenAi ? 4 << 20 : 1 << 20);
    }

    private static void AddEmbeddings(this IHostApplicationBuilder builder)
    {
        if (builder.ModelOf("embeddings") is not { } model)
        {
            return;
        }

        if (model.IsOpenAi)
        {
            builder.AddOpenAiEmbeddings(HttpClientOf("embeddings"), model);
        }
        else
        {
            builder.AddOllamaApiClient("embeddings").AddEmbeddingGenerator();
        }

        builder.ConfigureModelClient("embeddings", lineBytes: ResponseLimit.LongestModelResponse);
    }

    /// <exception cref="ModelConnectionException">The connection string is wrong.</exception>
    private static ModelConnection? ModelOf(this IHostApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 } text ? ModelConnection.Parse(name, text) : null;

    private static bool IsConfigured(this IHostApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 };

    private static void ConfigureDatabase(NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.Timeout = 5;
        if (!source.ConnectionStringBuilder.ShouldSerialize(CommandTimeout))
        {
            source.ConnectionStringBuilder.CommandTimeout = 30;
        }

        // A statement that is asked again is parsed and planned once for each connection.
        if (!source.ConnectionStringBuilder.ShouldSerialize(MaxAutoPrepare))
        {
            source.ConnectionStringBuilder.MaxAutoPrepare = 50;
        }

        source.ConnectionStringBuilder.KeepAlive = 15;
        source.ConnectionStringBuilder.ApplicationName ??= "ragaspire";
        source.ConnectionStringBuilder.ToPrimary();
    }

    private static void ConfigureRedis(ConfigurationOptions options)
    {
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.SyncTimeout = 1000;
        options.AsyncTimeout = 1000;
        options.BacklogPolicy = BacklogPolicy.FailFast;
    }

    // A model may take minutes: its time limits are set where it is called. The client's name is that of the Ollama
    // integration, so other HTTP clients keep the platform's limit of 100 s.
    private static void ConfigureModelClient(this IHostApplicationBuilder builder, string connectionName, long lineBytes) =>
        builder.Services.AddHttpClient(HttpClientOf(connectionName))
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(services => services.GetRequiredService<IOptions<ModelServerOptions>>().Value
                .Connections(lineBytes, ResponseLimit.LongestModelResponse))
            .AddHttpMessageHandler(() => new StreamCancellation());

    private static string HttpClientOf(string connectionName) => $"{connectionName}_httpClient";
}
