using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RagAspire.Answers;
using RagAspire.Backups;
using RagAspire.Capacity;
using RagAspire.Database;
using RagAspire.Diagnosis;
using RagAspire.Documents;
using RagAspire.Ingestion;
using RagAspire.Jobs;
using RagAspire.Maintenance;
using RagAspire.Monitoring;
using RagAspire.Outbound;
using RagAspire.Quality;
using RagAspire.Search;
using RagAspire.Security;
using RagAspire.Sync;
using RagAspire.Transfer;
using RagAspire.Usage;
using RagAspire.Vectors;
using RagAspire.Webhooks;

namespace RagAspire;

/// <summary>The services that API and worker have in common, one line per folder, in the order in which the data moves.</summary>
public static class RagCore
{
    /// <summary>
    /// Adds the core. The host has registered the clients of the stores before: <c>NpgsqlDataSource</c>,
    /// <c>IConnectionMultiplexer</c>, and optionally <c>QdrantClient</c>, <c>IChatClient</c> and an embedding generator.
    /// </summary>
    public static TBuilder AddRagCore<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services
            .AddDatabase()
            .AddOutbound()
            .AddDocuments()
            .AddIngestion()
            .AddVectors()
            .AddTransfer()
            .AddSearch()
            .AddAnswers()
            .AddQuality()
            .AddSecurity()
            .AddUsage()
            .AddMonitoring()
            .AddJobs()
            .AddMaintenance(builder.Configuration)
            .AddBackups()
            .AddSync()
            .AddWebhooks()
            .AddDiagnosis()
            .AddCapacity();
        return builder;
    }
}
