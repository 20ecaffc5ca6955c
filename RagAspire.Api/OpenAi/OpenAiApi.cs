using System.Net.ServerSentEvents;
using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Security;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Usage;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Api.OpenAi;

/// <summary>
/// The part of OpenAI's protocol that other programs need to use this system as a model: a model is a collection, and its
/// answers come from its documents, with citations.
/// </summary>
internal static class OpenAiApi
{
    public const string Prefix = "/v1";

    private const int MostTexts = 256;
    private const int MostCharacters = 32_000;

    /// <summary>What ends a stream; bytes are sent as they are, where a text would become JSON.</summary>
    private static readonly byte[] End = "[DONE]"u8.ToArray();

    public static IServiceCollection AddOpenAi(this IServiceCollection services) => services
        .AddValidatedOptions<OpenAiOptions>(OpenAiOptions.Section).AddSingleton<ChatCompletions>();

    public static WebApplication MapOpenAi(this WebApplication app)
    {
        var group = app.MapGroup(Prefix).RequireAuthorization(Scopes.Read).WithTags("OpenAI")
            .ProducesProblem(401).ProducesProblem(403).ProducesProblem(404).ProducesProblem(429).ProducesProblem(503);
        group.MapGet("/models", ModelsAsync).WithSummary("List collections, and the embedding model, as models");
        group.MapPost("/chat/completions", CompleteAsync).WithSummary("Answer the last message from the documents of a collection")
            .Produces<ChatCompletion>().ProducesValidationProblem().WithRequestTimeout(RequestLimits.AnswerTime);
        group.MapPost("/embeddings", EmbedAsync).WithSummary("Embed texts").ProducesValidationProblem();
        return app;
    }

    private static async Task<Ok<ModelList<ModelEntry>>> ModelsAsync(
        ClaimsPrincipal user, CollectionStore collections, Embedder embedder, CancellationToken cancellationToken)
    {
        var names = await collections.NamesAsync(Caller.Of(user), cancellationToken);
        var models = embedder.Model is { } model ? names.Append(model) : names;
        return TypedResults.Ok(new ModelList<ModelEntry>("list", [.. models.Select(name => new ModelEntry(name, "model", 0, "ragaspire"))]));
    }

    private static async Task<Results<Ok<ChatCompletion>, ServerSentEventsResult<object>>> CompleteAsync(
        ChatRequest request,
        ClaimsPrincipal user,
        ChatCompletions chat,
        EventStreams streams,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var question = ChatCompletions.QuestionOf(request, caller);
        if (request.Stream != true)
        {
            return TypedResults.Ok(await chat.AnswerAsync(request.Model!, question, cancellationToken));
        }

        var parts = chat.StreamAsync(request.Model!, question, request.StreamOptions?.IncludeUsage == true, cancellationToken);
        return await streams.OpenAsync(
            caller, parts.Select(part => (object)part).Append(End), part => new SseItem<object>(part), cancellationToken);
    }

    private static async Task<Ok<EmbeddingResult>> EmbedAsync(
        EmbeddingRequest request, ClaimsPrincipal user, Embedder embedder, CancellationToken cancellationToken)
    {
        var texts = Texts(request.Input);
        if (embedder.Model is not { } model || (request.Model is not null && request.Model != model))
        {
            throw new BadHttpRequestException(
                embedder.Model is null ? "This system has no embedding model." : $"There is no such model: it is '{embedder.Model}'.",
                StatusCodes.Status404NotFound);
        }

        var caller = Caller.Of(user);
        await embedder.AdmitAsync(caller.Id, cancellationToken);
        var usage = new UsageContext(caller.Id, caller.Collections?[0] ?? CollectionName.Default, UsageKind.Search);
        var vectors = await embedder.EmbedDocumentsAsync(texts, usage, cancellationToken);
        if (request.Dimensions is { } dimensions && dimensions != vectors[0].Length)
        {
            throw Problems.Bad($"The model has {vectors[0].Length} dimensions.");
        }

        var tokens = TokenGuess.Of(texts);
        return TypedResults.Ok(new EmbeddingResult(
            "list",
            [.. vectors.Select((vector, index) => new EmbeddingEntry("embedding", index, Encode(vector, request.EncodingFormat)))],
            model,
            new TokenUsage(tokens, null, tokens)));
    }

    private static object Encode(float[] vector, string? format) =>
        format == "base64" ? Convert.ToBase64String(MemoryMarshal.AsBytes<float>(vector)) : vector;

    private static string[] Texts(JsonElement input)
    {
        string[] texts = input.ValueKind switch
        {
            JsonValueKind.String => [input.GetString()!],
            JsonValueKind.Array when input.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String) =>
                [.. input.EnumerateArray().Select(item => item.GetString()!)],
            _ => throw Problems.Bad("'input' must be a text or a list of texts."),
        };
        return texts.Length is > 0 and <= MostTexts && texts.All(text => text.Length is > 0 and <= MostCharacters)
            ? texts
            : throw Problems.Bad($"'input' must be 1 to {MostTexts} texts of 1 to {MostCharacters} characters.");
    }
}
