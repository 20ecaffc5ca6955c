using Hangfire;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Jobs;

/// <summary>
/// Hangfire on PostgreSQL. It has a separate connection pool, so that its polling neither shows in traces nor starves requests.
/// </summary>
public static class JobsRegistration
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddValidatedOptions<JobOptions>(JobOptions.Section);
        services.AddSingleton<JobMetrics>();
        services.AddSingleton<JobEnqueuer>();
        services.AddSingleton<JobConnections>();
        services.AddHangfire((provider, hangfire) => hangfire
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings()
            .UsePostgreSqlStorage(
                storage => storage.UseConnectionFactory(provider.GetRequiredService<JobConnections>()),
                StorageOptions(provider.GetRequiredService<IOptions<JobOptions>>().Value)));
        return services;
    }

    private static PostgreSqlStorageOptions StorageOptions(JobOptions options) => new()
    {
        // The migrator prepares the schema. A storage that does so too throws while the database is away.
        PrepareSchemaIfNecessary = false,
        EnableLongPolling = true,
        UseSlidingInvisibilityTimeout = true,
        InvisibilityTimeout = options.Invisibility,
        QueuePollInterval = TimeSpan.FromSeconds(5),

        // A lock left by a killed process blocks others for this long.
        DistributedLockTimeout = TimeSpan.FromMinutes(1),
    };

    /// <summary>Connections for Hangfire only.</summary>
    private sealed class JobConnections(IConfiguration configuration) : IConnectionFactory, IDisposable
    {
        private readonly NpgsqlDataSource _dataSource = Build(configuration);

        public NpgsqlConnection GetOrCreateConnection() => _dataSource.CreateConnection();

        public void Dispose() => _dataSource.Dispose();

        private static NpgsqlDataSource Build(IConfiguration configuration)
        {
            var builder = new NpgsqlDataSourceBuilder(configuration.GetConnectionString("ragdb"));
            builder.ConnectionStringBuilder.ApplicationName = "ragaspire-jobs";
            builder.ConnectionStringBuilder.Enlist = true;
            builder.ConnectionStringBuilder.ToPrimary();
            builder.ConfigureTracing(tracing => tracing
                .ConfigureCommandFilter(_ => false)
                .ConfigureBatchFilter(_ => false)
                .EnablePhysicalOpenTracing(false));
            return builder.Build();
        }
    }
}
