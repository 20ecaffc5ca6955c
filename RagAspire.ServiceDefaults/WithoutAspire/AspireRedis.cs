using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis
{
    /// <summary>What the configuration section <c>Aspire:StackExchange:Redis</c> may say.</summary>
    public sealed class StackExchangeRedisSettings
    {
        public string? ConnectionString { get; set; }
        public bool DisableHealthChecks { get; set; }
        public bool DisableTracing { get; set; }

        /// <summary>When false, the connection is made while the host starts and not on first use.</summary>
        public bool DisableAutoActivation { get; set; } = true;
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Stands in for the package Aspire.StackExchange.Redis where the registry does not serve it.</summary>
    public static class AspireRedisExtensions
    {
        private const string Section = "Aspire:StackExchange:Redis";

        /// <summary>Registers the <see cref="IConnectionMultiplexer"/> of one connection string, with health check and traces.</summary>
        /// <remarks>An unreachable server does not stop the host: the multiplexer is made all the same and keeps trying.</remarks>
        public static void AddRedisClient(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<StackExchangeRedisSettings>? configureSettings = null,
            Action<ConfigurationOptions>? configureOptions = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrEmpty(connectionName);

            var settings = builder.Configuration.ReadSettings<StackExchangeRedisSettings>(Section, connectionName);
            settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
                Connect(services, ReadOptions(builder.Configuration, settings, connectionName, configureOptions)));

            if (!settings.DisableAutoActivation)
            {
                builder.Services.ActivateSingleton<IConnectionMultiplexer>();
            }

            if (!settings.DisableTracing)
            {
                builder.Services.TryAddSingleton(TimeProvider.System);
                builder.Services.TryAddSingleton<RedisCommandTracing>();
                builder.Services.AddHostedService(services => services.GetRequiredService<RedisCommandTracing>());
                builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(RedisCommandTracing.SourceName));
            }

            if (!settings.DisableHealthChecks)
            {
                builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                    "StackExchange.Redis", services => new RedisHealthCheck(services), failureStatus: null, tags: null));
            }
        }

        private static ConfigurationOptions ReadOptions(
            IConfiguration configuration,
            StackExchangeRedisSettings settings,
            string connectionName,
            Action<ConfigurationOptions>? configureOptions)
        {
            var text = settings.ConnectionString ?? "";
            var options = ConfigurationOptions.Parse(text);
            if (!text.Contains("abortConnect", StringComparison.OrdinalIgnoreCase))
            {
                options.AbortOnConnectFail = false;
            }

            configuration.GetSection($"{Section}:ConfigurationOptions").Bind(options);
            configuration.GetSection($"{Section}:{connectionName}:ConfigurationOptions").Bind(options);
            configureOptions?.Invoke(options);

            return options.EndPoints.Count > 0
                ? options
                : throw new InvalidOperationException(
                    $"No endpoint for Redis: set 'ConnectionStrings:{connectionName}' or '{Section}:ConnectionString'.");
        }

        private static ConnectionMultiplexer Connect(IServiceProvider services, ConfigurationOptions options)
        {
            options.LoggerFactory ??= services.GetService<ILoggerFactory>();
            var connection = ConnectionMultiplexer.Connect(options);
            services.GetService<RedisCommandTracing>()?.Watch(connection);
            return connection;
        }
    }

    internal sealed class RedisHealthCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var connection = services.GetRequiredService<IConnectionMultiplexer>();
                await connection.GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception ex) when (ex is RedisException or TimeoutException or InvalidOperationException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, ex.Message, ex);
            }
        }
    }
}
