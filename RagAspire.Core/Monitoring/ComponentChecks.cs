using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OllamaSharp;
using RagAspire.Database;
using RagAspire.Models;
using RagAspire.Vectors;
using RagAspire.Vectors.Sync;
using StackExchange.Redis;

namespace RagAspire.Monitoring;

/// <summary>The health checks of the four components, each with a time limit of two seconds.</summary>
public static class ComponentChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static IServiceCollection AddComponentChecks(this IServiceCollection services)
    {
        services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("database", tags: [HealthTags.Component, HealthTags.Required], timeout: Patience)
            .AddCheck<RedisCheck>("redis", tags: [HealthTags.Component], timeout: Patience)
            .AddCheck<VectorIndexCheck>("vector_db", tags: [HealthTags.Component, HealthTags.Required], timeout: Patience)
            .AddCheck<LanguageModelCheck>("llm_service", tags: [HealthTags.Component], timeout: Patience);
        return services;
    }

    private sealed class DatabaseCheck(NpgsqlDataSource dataSource, DatabaseStartup startup) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await dataSource.Command("select 1").ScalarAsync<int>(cancellationToken);
                return startup.IsMigrated ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The schema is not up to date yet.");
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                return HealthCheckResult.Unhealthy(ex.Message);
            }
        }
    }

    private sealed class RedisCheck(IConnectionMultiplexer redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            if (!redis.IsConnected)
            {
                return HealthCheckResult.Unhealthy("No connection to Redis.");
            }

            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception ex) when (ex is RedisException or TimeoutException)
            {
                return HealthCheckResult.Unhealthy(ex.Message);
            }
        }
    }

    private sealed class VectorIndexCheck(IVectorIndex index, IndexGeneration generation) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await index.StatusAsync(cancellationToken);
                return generation.IsLoaded ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The index is being loaded.");
            }
            catch (VectorIndexUnavailableException ex)
            {
                return HealthCheckResult.Unhealthy(ex.Message);
            }
        }
    }

    /// <summary>Checks every configured model server. A system without one is healthy.</summary>
    private sealed class LanguageModelCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(
            HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            object?[] models = [services.GetService<IChatClient>(),
                services.GetService<IEmbeddingGenerator<string, Embedding<float>>>()];
            var servers = models.Select(Server).OfType<object>().ToList();
            if (servers.Count == 0)
            {
                return HealthCheckResult.Healthy(HealthTags.NotConfigured);
            }

            foreach (var server in servers)
            {
                if (await AskAsync(server, cancellationToken) is { } fault)
                {
                    return HealthCheckResult.Unhealthy(fault);
                }
            }

            return HealthCheckResult.Healthy();
        }

        private static object? Server(object? model) => model switch
        {
            IChatClient chat => chat.GetService(typeof(IOllamaApiClient)) ?? chat.GetService(typeof(OpenAiServer)),
            IEmbeddingGenerator embedding =>
                embedding.GetService(typeof(IOllamaApiClient)) ?? embedding.GetService(typeof(OpenAiServer)),
            _ => null,
        };

        private static Task<string?> AskAsync(object server, CancellationToken cancellationToken) => server switch
        {
            IOllamaApiClient ollama => AskAsync(ollama, cancellationToken),
            OpenAiServer other => AskAsync(other, cancellationToken),
            _ => Task.FromResult<string?>(null),
        };

        private static async Task<string?> AskAsync(OpenAiServer server, CancellationToken cancellationToken)
        {
            try
            {
                return server.IsListed(await server.ListModelsAsync(cancellationToken))
                    ? null
                    : $"The server does not have the model {server.Model}.";
            }
            catch (HttpRequestException ex) when (ex.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                return "The model server refuses the key.";
            }
            catch (Exception ex) when (ex is HttpRequestException or IOException or System.Text.Json.JsonException)
            {
                return ex.Message;
            }
        }

        private static async Task<string?> AskAsync(IOllamaApiClient server, CancellationToken cancellationToken)
        {
            try
            {
                var installed = await server.ListLocalModelsAsync(cancellationToken);
                var wanted = server.SelectedModel;
                return installed.Any(model => model.Name == wanted || model.Name == $"{wanted}:latest")
                    ? null
                    : $"The model {wanted} is not installed.";
            }
            catch (Exception ex) when (ex is HttpRequestException or IOException or System.Text.Json.JsonException)
            {
                return ex.Message;
            }
        }
    }
}
