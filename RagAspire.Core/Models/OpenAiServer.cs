using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;

namespace RagAspire.Models;

/// <summary>A server that speaks OpenAI's protocol, such as vLLM, LM Studio, Azure or OpenAI itself.</summary>
/// <param name="http">Ends responses that are too long, and has no time limit of its own.</param>
public sealed class OpenAiServer(ModelConnection connection, HttpClient http)
{
    /// <summary>Azure lists its models here, and not the deployments, whose names requests have.</summary>
    private const string Azure = ".azure.com";

    public Uri Endpoint => connection.Endpoint;

    public string Model => connection.Model;

    /// <summary>The model as a chat client. Its failures are those of <see cref="HttpClient"/>.</summary>
    public IChatClient ChatClient() =>
        new OpenAiChatClient(this, Client().GetChatClient(connection.Model).AsIChatClient());

    /// <summary>The model as a generator of embeddings. Its failures are those of <see cref="HttpClient"/>.</summary>
    public IEmbeddingGenerator<string, Embedding<float>> EmbeddingGenerator() =>
        new OpenAiEmbeddings(this, Client().GetEmbeddingClient(connection.Model).AsIEmbeddingGenerator());

    /// <summary>The names of the models that the server lists; null where it has no list.</summary>
    /// <exception cref="HttpRequestException">The server cannot be reached, or has answered with an error.</exception>
    /// <exception cref="JsonException">The answer is no list.</exception>
    public async Task<IReadOnlyList<string>?> ListModelsAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Endpoint}/models");
        if (connection.Key is { } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var list = await JsonSerializer.DeserializeAsync<ModelList>(body, JsonSerializerOptions.Web, cancellationToken);
        return [.. (list?.Data ?? []).Select(model => model.Id ?? "")];
    }

    /// <summary>Whether a list of the server has the model, as far as the list can tell.</summary>
    public bool IsListed(IReadOnlyList<string>? models) =>
        models is not { Count: > 0 }
        || models.Contains(Model)
        || Endpoint.Host.EndsWith(Azure, StringComparison.OrdinalIgnoreCase);

    // Neither retries nor a time limit of the library's own: the circuit and the limits of the callers apply.
    private OpenAIClient Client() => new(
        new ApiKeyCredential(connection.Key ?? "none"),
        new OpenAIClientOptions
        {
            Endpoint = Endpoint,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        });

    private sealed record ModelList(IReadOnlyList<ListedModel>? Data);

    private sealed record ListedModel(string? Id);
}
