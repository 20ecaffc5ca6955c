using System.Data.Common;
using CommunityToolkit.Aspire.OllamaSharp;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OllamaSharp;

namespace CommunityToolkit.Aspire.OllamaSharp
{
    /// <summary>What the configuration section <c>Aspire:OllamaSharp</c> may say.</summary>
    public sealed class OllamaSharpSettings
    {
        public Uri? Endpoint { get; set; }
        public string? SelectedModel { get; set; }
        public bool DisableTracing { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>One Ollama server and model, ready to become a chat client or an embedding generator.</summary>
    public sealed class AspireOllamaApiClientBuilder(IHostApplicationBuilder hostBuilder, object serviceKey, bool disableTracing)
    {
        public IHostApplicationBuilder HostBuilder { get; } = hostBuilder;
        public object ServiceKey { get; } = serviceKey;
        public bool DisableTracing { get; } = disableTracing;
    }

    /// <summary>Stands in for the package CommunityToolkit.Aspire.OllamaSharp where the registry does not serve it.</summary>
    public static class AspireOllamaExtensions
    {
        private const string Section = "Aspire:OllamaSharp";
        private const string TelemetrySource = "Experimental.Microsoft.Extensions.AI";

        /// <summary>Registers the <see cref="IOllamaApiClient"/> of a connection string <c>Endpoint=http://host:11434;Model=name</c>.</summary>
        public static AspireOllamaApiClientBuilder AddOllamaApiClient(
            this IHostApplicationBuilder builder, string connectionName, Action<OllamaSharpSettings>? configureSettings = null)
        {
            ArgumentNullException.ThrowIfNull(builder);
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionName);

            var settings = new OllamaSharpSettings();
            builder.Configuration.GetSection(Section).Bind(settings);
            ReadConnectionString(builder.Configuration.GetConnectionString(connectionName), settings);
            configureSettings?.Invoke(settings);

            var httpClient = $"{connectionName}_httpClient";
            builder.Services.AddHttpClient(httpClient, client =>
                client.BaseAddress = settings.Endpoint ?? throw new InvalidOperationException(
                    $"No endpoint for Ollama: set 'ConnectionStrings:{connectionName}' or '{Section}:Endpoint'."));

            var serviceKey = $"{connectionName}_OllamaApiClient_internal";
            builder.Services.AddSingleton(Create);
            builder.Services.AddKeyedSingleton(serviceKey, (services, _) => Create(services));
            return new AspireOllamaApiClientBuilder(builder, serviceKey, settings.DisableTracing);

            IOllamaApiClient Create(IServiceProvider services) => new OllamaApiClient(
                services.GetRequiredService<IHttpClientFactory>().CreateClient(httpClient), settings.SelectedModel ?? "");
        }

        /// <summary>Registers the model as <see cref="IChatClient"/>, with its spans and token counts right around the call.</summary>
        public static ChatClientBuilder AddChatClient(
            this AspireOllamaApiClientBuilder builder, Action<OpenTelemetryChatClient>? configureOpenTelemetry = null)
        {
            ArgumentNullException.ThrowIfNull(builder);

            builder.HostBuilder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(TelemetrySource));
            return builder.HostBuilder.Services.AddChatClient(services =>
            {
                var model = (IChatClient)services.GetRequiredKeyedService<IOllamaApiClient>(builder.ServiceKey);
                if (builder.DisableTracing)
                {
                    return model;
                }

                var logger = services.GetService<ILogger<OpenTelemetryChatClient>>();
                var observed = new OpenTelemetryChatClient(model, logger, TelemetrySource);
                configureOpenTelemetry?.Invoke(observed);
                return observed;
            });
        }

        /// <summary>Registers the model as the generator of embeddings.</summary>
        public static EmbeddingGeneratorBuilder<string, Embedding<float>> AddEmbeddingGenerator(
            this AspireOllamaApiClientBuilder builder)
        {
            ArgumentNullException.ThrowIfNull(builder);

            return builder.HostBuilder.Services.AddEmbeddingGenerator(services =>
            {
                var model = (IEmbeddingGenerator<string, Embedding<float>>)
                    services.GetRequiredKeyedService<IOllamaApiClient>(builder.ServiceKey);
                return builder.DisableTracing
                    ? model
                    : new OpenTelemetryEmbeddingGenerator<string, Embedding<float>>(
                        model, services.GetService<ILogger<OpenTelemetryEmbeddingGenerator<string, Embedding<float>>>>());
            });
        }

        private static void ReadConnectionString(string? connectionString, OllamaSharpSettings settings)
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            if (parts.TryGetValue("Endpoint", out var endpoint) && Uri.TryCreate(endpoint.ToString(), UriKind.Absolute, out var uri))
            {
                settings.Endpoint = uri;
            }

            if (parts.TryGetValue("Model", out var model))
            {
                settings.SelectedModel = model.ToString();
            }
        }
    }
}
