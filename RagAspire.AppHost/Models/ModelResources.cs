using System.Data.Common;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Models;

/// <summary>The parameter with the name of a model.</summary>
/// <param name="Name">The name of the parameter.</param>
/// <param name="Default">The model on the Ollama container when nothing else is chosen.</param>
internal sealed record ModelParameter(string Name, string Default, string Description)
{
    public static readonly ModelParameter
        Chat = new("chat-model", "llama3.2", "The model that writes answers, by its name in Ollama."),
        Embedding = new("embedding-model", "nomic-embed-text", "The model that embeds texts, by its name in Ollama.");
}

/// <summary>The models as resources: connection strings below the Ollama that serves them, with state and health.</summary>
internal static class ModelResources
{
    /// <summary>The models of the configuration, completed by those of an Ollama at <paramref name="endpoint"/>.</summary>
    /// <exception cref="AppHostException">The Ollama has no model of the chosen name.</exception>
    public static Task<ModelConnections> FindModelsAsync(
        this IDistributedApplicationBuilder builder, Uri endpoint, AppHostOptions options, CancellationToken cancellationToken) =>
        InstalledOllama.FindAsync(
            endpoint,
            options with
            {
                ChatModel = options.ChatModel ?? builder.Configuration[$"Parameters:{ModelParameter.Chat.Name}"],
                EmbeddingModel = options.EmbeddingModel ?? builder.Configuration[$"Parameters:{ModelParameter.Embedding.Name}"],
            },
            builder.Configuration.GetConnectionString("chat"),
            builder.Configuration.GetConnectionString("embeddings"),
            cancellationToken);

    /// <summary>A model that a running Ollama serves, below that Ollama; null without one.</summary>
    /// <param name="name">"chat" or "embeddings".</param>
    /// <param name="connectionString">With <c>Endpoint</c> and <c>Model</c>; null without a model.</param>
    public static IResourceBuilder<IResourceWithConnectionString>? AddExternalModel(
        this IDistributedApplicationBuilder builder, string name, ModelParameter parameter, string? connectionString)
    {
        if (connectionString is null)
        {
            return null;
        }

        var settings = new DbConnectionStringBuilder { ConnectionString = connectionString };
        if (!settings.TryGetValue("Endpoint", out var address) || !Uri.TryCreate($"{address}", UriKind.Absolute, out var endpoint)
            || !settings.TryGetValue("Model", out var model))
        {
            return builder.AddConnectionString(name, ReferenceExpression.Create($"{connectionString}"))
                .WithIconName("BrainCircuit");
        }

        // A path is that of OpenAI's protocol: such a server is no Ollama, and its key is a secret.
        if (endpoint.AbsolutePath.Length > 1 || settings.ContainsKey("Key") || settings.ContainsKey("Provider"))
        {
            return builder.AddConnectionString(name).WithIconName("BrainCircuit");
        }

        // A configured connection string may hold more than the model, and is passed on as it is.
        var isConfigured = builder.Configuration.GetConnectionString(name) is { Length: > 0 };
        var expression = isConfigured
            ? ReferenceExpression.Create($"{connectionString}")
            : ReferenceExpression.Create(
                $"Endpoint={endpoint.OriginalString};Model={builder.AddModelParameter(parameter, $"{model}")}");
        return builder.AddConnectionString(name, expression).AsModelOf(
            builder.AddExternalOllama(endpoint).Resource,
            new OllamaModel(
                ReferenceExpression.Create($"{endpoint.AbsoluteUri}"), _ => ValueTask.FromResult<string?>($"{model}")));
    }

    /// <summary>A model on the Ollama container, or on the server that the connection string of this name points to.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddContainerModel(
        this IDistributedApplicationBuilder builder,
        string name,
        ModelParameter parameter,
        string? chosen,
        Lazy<IResourceBuilder<ContainerResource>> ollama)
    {
        if (builder.Configuration.GetConnectionString(name) is { Length: > 0 } connectionString)
        {
            // A deployment keeps the connection string as a secret of its own.
            return builder.ExecutionContext.IsPublishMode
                ? builder.AddConnectionString(name)
                : builder.AddExternalModel(name, parameter, connectionString)!;
        }

        var model = builder.AddModelParameter(
            parameter, chosen ?? builder.Configuration[$"Parameters:{parameter.Name}"] ?? parameter.Default);
        var endpoint = ollama.Value.GetEndpoint("http");
        return builder.AddConnectionString(name, ReferenceExpression.Create($"Endpoint={endpoint};Model={model}"))
            .PulledOn(ollama.Value, new OllamaModel(ReferenceExpression.Create($"{endpoint}"), model.Resource.GetValueAsync));
    }

    /// <summary>A server whose models are fetched when it runs.</summary>
    public static IResourceBuilder<ContainerResource> AddOllamaContainer(this IDistributedApplicationBuilder builder) =>
        builder.AddPinned("ollama", ContainerImages.Ollama)
            .WithHttpEndpoint(targetPort: 11434, name: "http")
            .WithHttpHealthCheck("/")
            .WithVolume("ragaspire-ollama", "/root/.ollama")
            .WithAnnotation(new ContainerLimit(Cpus: 8, Megabytes: 16_384))
            .WithIconName("BrainCircuit")
            .WithPage("http", "/api/tags", "Models");

    /// <summary>Fetches the model as soon as its server is ready, and again when the server has been replaced.</summary>
    public static IResourceBuilder<ConnectionStringResource> PulledOn<T>(
        this IResourceBuilder<ConnectionStringResource> resource, IResourceBuilder<T> server, OllamaModel model)
        where T : IResource
    {
        server.OnResourceReady((_, ready, _) =>
        {
            // In the background, because the event waits for its handlers and a download takes minutes.
            _ = new ModelPull(
                    resource.Resource,
                    model,
                    ready.Services.GetRequiredService<ResourceNotificationService>(),
                    ready.Services.GetRequiredService<ResourceLoggerService>().GetLogger(resource.Resource),
                    TimeProvider.System)
                .RunAsync(ready.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            return Task.CompletedTask;
        });
        return resource.AsModelOf(server.Resource, model);
    }

    private static IResourceBuilder<ParameterResource> AddModelParameter(
        this IDistributedApplicationBuilder builder, ModelParameter parameter, string value) =>
        builder.AddParameter(parameter.Name, value, publishValueAsDefault: true).WithDescription(parameter.Description);

    private static IResourceBuilder<ConnectionStringResource> AsModelOf(
        this IResourceBuilder<ConnectionStringResource> resource, IResource server, OllamaModel model)
    {
        var check = $"{resource.Resource.Name}-model";
        resource.ApplicationBuilder.Services.AddHealthChecks()
            .Add(new HealthCheckRegistration(check, _ => model, failureStatus: null, tags: null));
        return resource.WithHealthCheck(check).WithParentRelationship(server).WithIconName("BrainCircuit");
    }

    // One resource for each server, named "ollama" as long as there is only one.
    private static IResourceBuilder<ExternalServiceResource> AddExternalOllama(
        this IDistributedApplicationBuilder builder, Uri endpoint)
    {
        var address = new Uri(endpoint.GetLeftPart(UriPartial.Authority));
        var known = builder.Resources.OfType<ExternalServiceResource>().ToList();
        if (known.FirstOrDefault(service => service.Uri == address) is { } same)
        {
            return builder.CreateResourceBuilder(same);
        }

        var server = builder.AddExternalService(known.Count == 0 ? "ollama" : $"ollama-{known.Count + 1}", address)
            .WithHttpHealthCheck("/api/version")
            .WithIconName("BrainCircuit")
            .WithUrl(new Uri(address, "/api/tags").ToString(), "Models");
        server.Resource.Annotations.OfType<ResourceUrlAnnotation>().First().DisplayText = "Ollama";
        return server;
    }
}
