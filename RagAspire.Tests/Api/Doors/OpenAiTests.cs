using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Http.Json;
using OpenAI;
using OpenAI.Chat;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api.Doors;

/// <summary>The system behind OpenAI's own client, which knows nothing of it.</summary>
[Collection(DoorsHost.Name)]
public sealed class OpenAiTests(DoorsHost host)
{
    private const string Question = "What does the quick brown fox jump over?";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collections_and_the_embedding_model_are_models()
    {
        var all = await Client().GetOpenAIModelClient().GetModelsAsync(Token);
        Assert.Equal(["default", "other", host.Ollama.EmbeddingModel], all.Value.Select(model => model.Id));

        var own = await Client(host.OtherKey).GetOpenAIModelClient().GetModelsAsync(Token);
        Assert.Equal(["other", host.Ollama.EmbeddingModel], own.Value.Select(model => model.Id));
    }

    [Fact]
    public async Task A_completion_answers_from_the_documents_with_a_readable_foot_and_annotations()
    {
        ChatCompletion completion = await Chat().CompleteChatAsync([new UserChatMessage(Question)], cancellationToken: Token);

        Assert.Equal($"{DoorsHost.Answer}\n\nSources:\n[1] fox.txt", completion.Content[0].Text);
        Assert.Equal((ChatFinishReason.Stop, "default"), (completion.FinishReason, completion.Model));
        Assert.True(completion.Usage is { InputTokenCount: > 0, OutputTokenCount: > 0 });
#pragma warning disable OPENAI001 // The client calls annotations experimental; the protocol has them.
        var citation = Assert.Single(completion.Annotations);
#pragma warning restore OPENAI001
        Assert.Equal("[1]", completion.Content[0].Text[citation.StartIndex..citation.EndIndex]);
        Assert.Equal(("fox.txt", $"/api/v1/documents/{host.Fox}/content"), (citation.WebResourceTitle, $"{citation.WebResourceUri}"));
    }

    [Fact]
    public async Task A_stream_has_the_same_text_in_several_parts_and_ends()
    {
        var parts = new List<string>();
        var finish = new List<ChatFinishReason>();
        await foreach (var update in Chat().CompleteChatStreamingAsync([new UserChatMessage(Question)], cancellationToken: Token))
        {
            parts.AddRange(update.ContentUpdate.Select(part => part.Text));
            finish.AddRange(update.FinishReason is { } reason ? [reason] : []);
        }

        Assert.Equal($"{DoorsHost.Answer}\n\nSources:\n[1] fox.txt", string.Concat(parts));
        Assert.Equal([ChatFinishReason.Stop], finish);
    }

    [Fact]
    public async Task What_was_said_before_reaches_the_model()
    {
        await Chat().CompleteChatAsync(
            [
                new SystemChatMessage("Answer as a pirate."),
                new UserChatMessage("Is there a fox in the documents?"),
                new AssistantChatMessage("There is a quick brown one."),
                new UserChatMessage("What does it jump over?"),
            ],
            cancellationToken: Token);

        var prompt = host.Ollama.Requests.Last(request => request.Path == "/api/chat").Body!.ToJsonString();
        Assert.Contains("There is a quick brown one.", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("pirate", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_are_embedded_in_their_order()
    {
        var embeddings = Client().GetEmbeddingClient(host.Ollama.EmbeddingModel);
        var together = (await embeddings.GenerateEmbeddingsAsync(["a fox", "a dog"], cancellationToken: Token)).Value;
        var dog = (await embeddings.GenerateEmbeddingAsync("a dog", cancellationToken: Token)).Value.ToFloats();

        Assert.Equal(2, together.Count);
        Assert.Equal(dog.ToArray(), together[1].ToFloats().ToArray());
        Assert.Equal(host.Ollama.Dimensions, dog.Length);
    }

    [Fact]
    public async Task A_key_gets_no_answer_from_a_collection_of_others()
    {
        var refused = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat(host.OtherKey).CompleteChatAsync([new UserChatMessage(Question)], cancellationToken: Token));
        Assert.Equal(403, refused.Status);
        Assert.Contains("may not use the collection 'default'", refused.Message, StringComparison.Ordinal);

        var unknown = await Assert.ThrowsAsync<ClientResultException>(
            () => Chat("no key").CompleteChatAsync([new UserChatMessage(Question)], cancellationToken: Token));
        Assert.Equal(401, unknown.Status);
    }

    [Theory]
    [InlineData("""{"model":"default","messages":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"default","messages":[null]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"default","messages":[{"role":"assistant","content":"Hello"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"default","messages":[{"role":"user","content":[{"type":"image_url"}]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"default","n":2,"messages":[{"role":"user","content":"Hello"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"model":"gpt 4 / x","messages":[{"role":"user","content":"Hello"}]}""", HttpStatusCode.NotFound)]
    public async Task A_wrong_request_is_refused_in_the_form_that_clients_read(string body, HttpStatusCode status)
    {
        using var content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        using var response = await host.System.Client.Http.PostAsync(
            new Uri("/v1/chat/completions", UriKind.Relative), content, Token);

        Assert.Equal(status, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonNode>(Token))!["error"]!;
        Assert.Equal("invalid_request_error", error["type"]!.GetValue<string>());
        Assert.NotEmpty(error["message"]!.GetValue<string>());
    }

    private OpenAIClient Client(string key = RagSystem.Key) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(host.System.Api.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    private ChatClient Chat(string key = RagSystem.Key) => Client(key).GetChatClient("default");
}
