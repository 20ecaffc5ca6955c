using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RagAspire.Answers.Generation;
using RagAspire.Vectors.Embedding;
using StackExchange.Redis;

namespace Microsoft.Extensions.Hosting;

/// <summary>The clients of the stores and models, by the connection names that the AppHost hands to every service.</summary>
public static class RagClients
{
    /// <summary>
    /// A line of a chat is a token or a call of a tool; the vectors of a batch are one line, of some MB. A whole answer with
    /// its reasoning has some MB too, since each token comes with the names of all fields.
    /// </summary>
    private const long LongestModelResponse = 64L << 20;

    /// <summary>
    /// Registers PostgreSQL (<c>ragdb</c>) and Redis (<c>cache</c>), and where a connection string is set also Qdrant
    /// (<c>vectors</c>), the chat model (<c>chat</c>) and the embedding model (<c>embeddings</c>).
    /// </summary>
    public static TBuilder AddRagClients<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        // The clients' own health checks are replaced by those of the health report, which have its names.
        builder.AddNpgsqlDataSource("ragdb", settings => settings.DisableHealthChecks = true, ConfigureDatabase);
        builder.AddRedisClient("cache", settings => settings.DisableHealthChecks = true, ConfigureRedis);
        if (builder.IsConfigured("vectors"))
        {
            builder.AddQdrantClient("vectors", settings => settings.DisableHealthChecks = true);
        }

        if (builder.IsConfigured("chat"))
        {
            builder.AddOllamaApiClient("chat").AddChatClient();
            builder.ConfigureModelClient("chat", lineBytes: 1 << 20);
        }

        if (builder.IsConfigured("embeddings"))
        {
            builder.AddOllamaApiClient("embeddings").AddEmbeddingGenerator();
            builder.ConfigureModelClient("embeddings", lineBytes: LongestModelResponse);
        }

        return builder;
    }

    private static bool IsConfigured(this IHostApplicationBuilder builder, string name) =>
        builder.Configuration.GetConnectionString(name) is { Length: > 0 };

    private static void ConfigureDatabase(NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.Timeout = 5;
        source.ConnectionStringBuilder.CommandTimeout = 30;
        source.ConnectionStringBuilder.KeepAlive = 15;
        source.ConnectionStringBuilder.ApplicationName ??= "ragaspire";
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
        builder.Services.AddHttpClient($"{connectionName}_httpClient")
            .ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .AddHttpMessageHandler(() => new StreamCancellation())
            .AddHttpMessageHandler(() => new ResponseLimit(lineBytes, LongestModelResponse));
}
