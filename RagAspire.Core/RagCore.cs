using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RagAspire.Answers;
using RagAspire.Caching;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Health;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Ingestion.Extraction;
using RagAspire.Jobs;
using RagAspire.Maintenance;
using RagAspire.Operations;
using RagAspire.Quality;
using RagAspire.Search;
using RagAspire.Security;
using RagAspire.Vectors;

namespace RagAspire;

/// <summary>Everything that API and worker have in common.</summary>
public static class RagCore
{
    public static TBuilder AddRagCore<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.AddStores();
        builder.AddModels();
        builder.Services
            .AddDatabase()
            .AddOperations()
            .AddApiKeys()
            .AddJobs()
            .AddDocuments()
            .AddIngestion()
            .AddIndexing()
            .AddSearch()
            .AddQuality()
            .AddAnswers(builder.Configuration)
            .AddComponentChecks()
            .AddMaintenance(builder.Configuration);
        return builder;
    }

    private static void AddStores(this IHostApplicationBuilder builder)
    {
        // The components' own checks are replaced by ours, which have the names of the health report.
        builder.AddNpgsqlDataSource("ragdb", settings => settings.DisableHealthChecks = true, ConfigureConnections);
        builder.AddRedisClient("cache", settings => settings.DisableHealthChecks = true, options =>
        {
            options.AbortOnConnectFail = false;
            options.ConnectTimeout = 2000;
            options.SyncTimeout = 1000;
            options.AsyncTimeout = 1000;
            options.BacklogPolicy = StackExchange.Redis.BacklogPolicy.FailFast;
        });
        if (builder.Configuration.GetConnectionString("vectors") is { Length: > 0 })
        {
            builder.AddQdrantClient("vectors", settings => settings.DisableHealthChecks = true);
        }
    }

    private static void ConfigureConnections(NpgsqlDataSourceBuilder source)
    {
        source.ConnectionStringBuilder.Timeout = 5;
        source.ConnectionStringBuilder.CommandTimeout = 30;
        source.ConnectionStringBuilder.KeepAlive = 15;
        source.ConnectionStringBuilder.ApplicationName ??= "ragaspire";
    }

    private static void AddModels(this IHostApplicationBuilder builder)
    {
        // Models take their time; the limits that count are set where they are called.
        builder.Services.ConfigureHttpClientDefaults(http =>
            http.ConfigureHttpClient(client => client.Timeout = Timeout.InfiniteTimeSpan));
        if (builder.Configuration.GetConnectionString("chat") is { Length: > 0 })
        {
            builder.AddOllamaApiClient("chat").AddChatClient();
        }

        if (builder.Configuration.GetConnectionString("embeddings") is { Length: > 0 })
        {
            builder.AddOllamaApiClient("embeddings").AddEmbeddingGenerator();
        }
    }

    private static IServiceCollection AddDatabase(this IServiceCollection services) => services
        .AddSingleton<Migrator>()
        .AddHostedSingleton<DatabaseStartup>()
        .AddSingleton<IndexChanges>();

    private static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<AuditLog>()
        .AddSingleton<FeedbackStore>()
        .AddSingleton<AlertStore>();

    private static IServiceCollection AddDocuments(this IServiceCollection services)
    {
        services.AddOptions<ClaimOptions>().BindConfiguration(ClaimOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<DocumentStore>()
            .AddSingleton<DocumentContents>()
            .AddSingleton<DocumentClaims>()
            .AddSingleton<DocumentIntake>()
            .AddSingleton<ProgressFeed>();
    }

    private static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions<ExtractionOptions>().BindConfiguration(ExtractionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ChunkingOptions>().BindConfiguration(ChunkingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<TextExtractor>()
            .AddSingleton<Chunker>()
            .AddSingleton<IIngestionTrigger, IngestionTrigger>()
            .AddSingleton<IngestionMetrics>()
            .AddSingleton<ChunkWriter>()
            .AddSingleton<ChunkIndexer>()
            .AddSingleton<IngestionPipeline>()
            .AddHostedService<QueueWatch>()
            .AddTransient<IngestDocumentJob>();
    }

    private static IServiceCollection AddIndexing(this IServiceCollection services) => services
        .AddVectors()
        .AddSingleton<EmbeddingStore>()
        .AddSingleton<ChunkEncoder>()
        .AddSingleton<IndexGeneration>()
        .AddSingleton<IndexFollower>()
        .AddHostedService<IndexFeed>()
        .AddSingleton<IndexMetrics>()
        .AddHostedService<IndexWatch>();

    private static IServiceCollection AddSearch(this IServiceCollection services)
    {
        services.AddOptions<CacheOptions>().BindConfiguration(CacheOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services
            .AddSingleton<CacheMetrics>()
            .AddSingleton<ResponseCache>()
            .AddSingleton<SearchMetrics>()
            .AddHostedSingleton<SearchLog>()
            .AddSingleton<HitReader>()
            .AddSingleton<WordCounter>()
            .AddSingleton<Retriever>()
            .AddSingleton<SearchService>();
    }

    private static IServiceCollection AddQuality(this IServiceCollection services) => services
        .AddSingleton<GoldenSetStore>()
        .AddSingleton<RetrievalEvaluator>();

    private static IServiceCollection AddAnswers(this IServiceCollection services, IConfiguration configuration) => services
        .AddAnswerWriting(configuration)
        .AddSingleton<AnswerStore>()
        .AddSingleton<AnswerMetrics>()
        .AddSingleton<AnswerObserver>()
        .AddSingleton<AnswerService>();

    private static IServiceCollection AddHostedSingleton<T>(this IServiceCollection services)
        where T : class, IHostedService => services
        .AddSingleton<T>()
        .AddHostedService(provider => provider.GetRequiredService<T>());
}
