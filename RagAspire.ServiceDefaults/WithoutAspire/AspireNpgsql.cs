using Aspire.Npgsql;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Aspire.Npgsql
{
    /// <summary>What the configuration section <c>Aspire:Npgsql</c> may say.</summary>
    public sealed class NpgsqlSettings
    {
        public string? ConnectionString { get; set; }
        public bool DisableHealthChecks { get; set; }
        public bool DisableTracing { get; set; }
        public bool DisableMetrics { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Stands in for the package Aspire.Npgsql where the registry does not serve it.</summary>
    public static class AspireNpgsqlExtensions
    {
        private const string Section = "Aspire:Npgsql";

        /// <summary>Registers the <see cref="NpgsqlDataSource"/> of one connection string, with health check, traces and metrics.</summary>
        /// <remarks>A missing connection string is reported on first use, when there is a logger to report it to.</remarks>
        public static void AddNpgsqlDataSource(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<NpgsqlSettings>? configureSettings = null,
            Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = builder.Configuration.ReadSettings<NpgsqlSettings>(Section, connectionName);
            settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
            configureSettings?.Invoke(settings);

            builder.Services.AddNpgsqlDataSource(settings.ConnectionString ?? "", source =>
            {
                if (string.IsNullOrWhiteSpace(settings.ConnectionString))
                {
                    throw new InvalidOperationException(
                        $"No connection string for PostgreSQL: set 'ConnectionStrings:{connectionName}' or '{Section}:ConnectionString'.");
                }

                configureDataSourceBuilder?.Invoke(source);
            });

            if (!settings.DisableHealthChecks)
            {
                builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                    "PostgreSql", services => new NpgsqlHealthCheck(services), failureStatus: null, tags: null));
            }

            if (!settings.DisableTracing)
            {
                builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddNpgsql());
            }

            if (!settings.DisableMetrics)
            {
                builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter("Npgsql"));
            }
        }
    }

    internal sealed class NpgsqlHealthCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception ex) when (ex is NpgsqlException or InvalidOperationException or ArgumentException or TimeoutException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, ex.Message, ex);
            }
        }
    }
}
