using OllamaSharp;
using OllamaSharp.Models;

namespace RagAspire.AppHost.Models;

/// <summary>The language models of a run, as connection strings; null without a model.</summary>
public sealed record ModelConnections(string? Chat, string? Embeddings);

/// <summary>Finds an Ollama that runs on this machine, and chooses among its models.</summary>
public static class InstalledOllama
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    // Best first. Other embedding models come after these.
    private static readonly string[] PreferredEmbedders =
    [
        "nomic-embed-text", "mxbai-embed-large", "bge-m3", "embeddinggemma", "qwen3-embedding", "snowflake-arctic-embed",
        "all-minilm",
    ];

    private static readonly string[] EmbedderFamilies = ["bert", "nomic-bert"];
    private static readonly string[] EmbedderNames = ["embed", "minilm", "bge-", "gte-", "e5-"];

    /// <summary>Completes the connection strings of the configuration with the models of the server.</summary>
    /// <param name="chat">The configured connection string, which takes precedence over a found model.</param>
    /// <param name="embeddings">The same for embeddings.</param>
    /// <exception cref="AppHostException">The server answers, but has no model of the chosen name.</exception>
    public static async Task<ModelConnections> FindAsync(
        Uri endpoint, AppHostOptions options, string? chat, string? embeddings, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(chat) && !string.IsNullOrEmpty(embeddings))
        {
            return new ModelConnections(chat, embeddings);
        }

        var models = await ModelsAsync(endpoint, cancellationToken);
        return new ModelConnections(
            NullIfEmpty(chat) ?? ConnectionString(endpoint, Choose(models, options.ChatModel, ChatModel(models))),
            NullIfEmpty(embeddings) ?? ConnectionString(endpoint, Choose(models, options.EmbeddingModel, Embedder(models))));
    }

    /// <summary>Whether a model of Ollama has this name; without a tag any tag will do.</summary>
    public static bool Matches(string model, string name) => model == name || model.Split(':')[0] == name;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? ConnectionString(Uri endpoint, string? model) =>
        model is null ? null : $"Endpoint={endpoint.GetLeftPart(UriPartial.Authority)};Model={model}";

    private static string? Choose(IReadOnlyList<Model> models, string? wanted, string? otherwise)
    {
        if (wanted is null || models.Count == 0)
        {
            return otherwise;
        }

        return models.FirstOrDefault(model => Matches(model.Name, wanted))?.Name
            ?? throw new AppHostException(
                $"Ollama has no model {wanted}: fetch it (ollama pull {wanted}), or name one of "
                + $"{string.Join(", ", models.Select(model => model.Name))}.");
    }

    private static string? Embedder(IReadOnlyList<Model> models) =>
        PreferredEmbedders.Select(name => models.FirstOrDefault(model => Matches(model.Name, name)))
            .FirstOrDefault(model => model is not null)?.Name
        ?? models.FirstOrDefault(IsEmbedder)?.Name;

    // Ollama lists the most recently fetched model first.
    private static string? ChatModel(IReadOnlyList<Model> models) => models.FirstOrDefault(model => !IsEmbedder(model))?.Name;

    private static bool IsEmbedder(Model model) =>
        EmbedderFamilies.Contains(model.Details?.Family, StringComparer.OrdinalIgnoreCase)
        || EmbedderNames.Any(part => model.Name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static async Task<IReadOnlyList<Model>> ModelsAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = endpoint, Timeout = Timeout };
        using var client = new OllamaApiClient(http);
        try
        {
            return [.. await client.ListLocalModelsAsync(cancellationToken)];
        }
        catch (Exception ex) when (OllamaFailure.IsOne(ex, cancellationToken))
        {
            // Nothing listens there, or another program does.
            return [];
        }
    }
}
