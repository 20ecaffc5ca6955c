using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace RagAspire.AppHost;

/// <summary>The language models of a run, as connection strings; null where there is none.</summary>
internal sealed record ModelConnections(string? Chat, string? Embeddings);

/// <summary>Finds out whether an Ollama runs on this machine, and which of its models to use.</summary>
internal static class Ollama
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // Best first. Anything else that looks like an embedding model comes after these.
    private static readonly string[] GoodEmbedders =
        ["nomic-embed-text", "mxbai-embed-large", "bge-m3", "embeddinggemma", "qwen3-embedding", "snowflake-arctic-embed", "all-minilm"];

    private static readonly string[] EmbedderFamilies = ["bert", "nomic-bert"];
    private static readonly string[] EmbedderMarks = ["embed", "minilm", "bge-", "gte-", "e5-"];

    /// <param name="chat">The connection string from the environment, which goes before what is found.</param>
    /// <param name="embeddings">The same for embeddings.</param>
    public static async Task<ModelConnections> FindAsync(
        Uri endpoint, AppHostOptions options, string? chat, string? embeddings, CancellationToken cancellationToken)
    {
        if (!string.IsNullOrEmpty(chat) && !string.IsNullOrEmpty(embeddings))
        {
            return new ModelConnections(chat, embeddings);
        }

        var models = await ModelsAsync(endpoint, cancellationToken);
        return new ModelConnections(
            NullIfEmpty(chat) ?? ConnectionString(endpoint, Choose(models, options.ChatModel, Chatter(models))),
            NullIfEmpty(embeddings) ?? ConnectionString(endpoint, Choose(models, options.EmbeddingModel, Embedder(models))));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static string? ConnectionString(Uri endpoint, string? model) =>
        model is null ? null : $"Endpoint={endpoint.GetLeftPart(UriPartial.Authority)};Model={model}";

    private static string? Choose(IReadOnlyList<Model> models, string? wanted, string? otherwise)
    {
        if (wanted is null || models.Count == 0)
        {
            return otherwise;
        }

        return models.FirstOrDefault(model => model.Is(wanted))?.Name
            ?? throw new AppHostException(
                $"Ollama has no model {wanted}. Fetch it (ollama pull {wanted}), or name one of: {string.Join(", ", models.Select(m => m.Name))}.");
    }

    private static string? Embedder(IReadOnlyList<Model> models) =>
        GoodEmbedders.Select(name => models.FirstOrDefault(model => model.Is(name))).FirstOrDefault(model => model is not null)?.Name
        ?? models.FirstOrDefault(IsEmbedder)?.Name;

    // Ollama lists the one that was fetched last first.
    private static string? Chatter(IReadOnlyList<Model> models) => models.FirstOrDefault(model => !IsEmbedder(model))?.Name;

    private static bool IsEmbedder(Model model) =>
        EmbedderFamilies.Contains(model.Details?.Family, StringComparer.OrdinalIgnoreCase)
        || EmbedderMarks.Any(mark => model.Name.Contains(mark, StringComparison.OrdinalIgnoreCase));

    private static async Task<IReadOnlyList<Model>> ModelsAsync(Uri endpoint, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            var tags = await client.GetFromJsonAsync<Tags>(new Uri(endpoint, "api/tags"), cancellationToken);
            return tags?.Models ?? [];
        }
        catch (Exception ex) when (ex is HttpRequestException or System.Text.Json.JsonException
            || (ex is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Nothing there, or something else.
            return [];
        }
    }

    private sealed record Tags([property: JsonPropertyName("models")] IReadOnlyList<Model>? Models);

    private sealed record Model(
        [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("details")] Details? Details)
    {
        public bool Is(string wanted) => Name == wanted || Name.Split(':')[0] == wanted;
    }

    private sealed record Details([property: JsonPropertyName("family")] string? Family);
}
