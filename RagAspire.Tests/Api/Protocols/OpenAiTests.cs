using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Chat;
using RagAspire.Tests.Client.Guide;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api.Protocols;

/// <summary>The system behind OpenAI's own client, which knows nothing of it.</summary>
[Collection(ProtocolHost.Name)]
public sealed class OpenAiTests(ProtocolHost host)
{
    private const string Question = "What does the quick brown fox jump over?";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Collections_and_the_embedding_model_are_models()
    {
        var all = await Client().GetOpenAIModelClient().GetModelsAsync(Token);
        Assert.Equal(
            ["default", "other", host.Ollama.EmbeddingModel],
            all.Value.Select(model => model.Id).Where(id => id != ProtocolHost.SharedCollection));

        var own = await Client(host.OtherKey).GetOpenAIModelClient().GetModelsAsync(Token);
        Assert.Equal(["other", host.Ollama.EmbeddingModel], own.Value.Select(model => model.Id));
    }

    [Fact]
    public async Task A_completion_answers_from_the_documents_with_a_readable_foot_and_annotations()
    {
        ChatCompletion completion = await Chat().CompleteChatAsync([new UserChatMessage(Question)], cancellationToken: Token);

        Assert.Equal($"{ProtocolHost.Answer}\n\nSources:\n[1] fox.txt", completion.Content[0].Text);
        Assert.Equal((ChatFinishReason.Stop, "default"), (completion.FinishReason, completion.Model));
#pragma warning disable OPENAI001 // The client calls annotations experimental; the protocol has them.
        var citation = Assert.Single(completion.Annotations);
#pragma warning restore OPENAI001
        Assert.Equal("[1]", completion.Content[0].Text[citation.StartIndex..citation.EndIndex]);
        Assert.Equal(("fox.txt", $"{ProtocolHost.WebAddress}/documents/{host.Fox}"), (citation.WebResourceTitle, $"{citation.WebResourceUri}"));
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

        Assert.Equal($"{ProtocolHost.Answer}\n\nSources:\n[1] fox.txt", string.Concat(parts));
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

    /// <summary>A picture of another host would tell that host what was asked; a name may hold one, and so may a text.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Names_and_texts_of_documents_are_no_markup_in_a_chat(bool stream)
    {
        const string Text = "The okapi ![x](https://evil.example/p.png) eats <img src=//evil.example> leaves [a]: https://evil.example [1].";
        host.Ollama.Answer = _ => Text;
        try
        {
            var id = (await host.System.Client.UploadAndWaitAsync(
                "![x](https:\u202E_evil_ <b> `p`.txt", Encoding.UTF8.GetBytes($"{Text} {stream}"))).Id;
            await host.System.Client.FindAsync("okapi");
            var (content, annotations) = await CompleteAsync(new
            {
                model = "default",
                stream,
                messages = new[] { new { role = "user", content = $"What does the okapi eat? {Guid.NewGuid()}" } },
            });
            await host.System.Client.SendAsync(HttpMethod.Delete, $"/api/v1/documents/{id}");

            Assert.StartsWith("The okapi ![x]\\(https://evil.example/p.png) eats <\\img src=//evil.example> leaves [a]\\: ", content, StringComparison.Ordinal);
            Assert.EndsWith("] !\\[x\\](https:\\_evil\\_ \\<b\\> \\`p\\`.txt", content, StringComparison.Ordinal);
            Assert.NotEmpty(annotations);
            Assert.All(annotations, each => Assert.Matches(
                @"^\[[0-9]\]$", content[each["start_index"]!.GetValue<int>()..each["end_index"]!.GetValue<int>()]));
        }
        finally
        {
            host.Ollama.Answer = _ => ProtocolHost.Answer;
        }
    }

    [Fact]
    public async Task A_filter_is_an_extension_of_the_request()
    {
        var id = (await host.System.Client.UploadAndWaitAsync(
            "lynx.txt", "The lynx of the north hunts hares."u8.ToArray(), ("metadata", """{"year":2024}"""))).Id;
        await host.System.Client.FindAsync("lynx");
        host.Ollama.Answer = _ => "It hunts hares [1].";
        try
        {
            foreach (var (year, isFound) in new[] { (2024, true), (2025, false) })
            {
                var (content, _) = await CompleteAsync(new
                {
                    model = "default",
                    messages = new[] { new { role = "user", content = "What does the lynx of the north hunt?" } },
                    filter = new { field = "metadata.year", eq = year },
                });
                Assert.Equal(isFound, content.Contains("lynx.txt", StringComparison.Ordinal));
            }
        }
        finally
        {
            host.Ollama.Answer = _ => ProtocolHost.Answer;
            await host.System.Client.SendAsync(HttpMethod.Delete, $"/api/v1/documents/{id}");
        }
    }

    /// <summary>What a document orders can change text and nothing else, as long as a model has no tools.</summary>
    [Fact]
    public async Task A_request_to_the_model_carries_no_tools_and_its_tokens_are_those_that_the_model_counts()
    {
        ChatCompletion completion = await Chat().CompleteChatAsync(
            [new UserChatMessage($"What does the quick brown fox jump over at {Guid.NewGuid()}?")],
            new ChatCompletionOptions { Tools = { ChatTool.CreateFunctionTool("delete_everything") } },
            Token);

        var body = host.Ollama.Requests.Last(request => request.Path == "/api/chat").Body!.AsObject();
        Assert.False(body.ContainsKey("tools"), body.ToJsonString());
        Assert.DoesNotContain("delete_everything", body.ToJsonString(), StringComparison.Ordinal);
        var prompt = string.Concat(body["messages"]!.AsArray().Select(message => $"{message!["content"]}"));
        Assert.InRange(completion.Usage.InputTokenCount, prompt.Length / 8, prompt.Length);

        // The stub counts four letters as a token, of what the model wrote and not of the foot.
        Assert.Equal((ProtocolHost.Answer.Length + 3) / 4, completion.Usage.OutputTokenCount);
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

    /// <summary>Unless told otherwise it asks for base64. What else it does is an example of docs/clients.md.</summary>
    [Fact]
    public async Task The_library_for_JavaScript_embeds_texts()
    {
        using var directory = TestDirectory.Create("openai");
        Assert.SkipUnless(await NodePackages.LinkAsync(directory.Path) is null, "There is no npm, or its registry cannot be reached.");
        var program = Path.Combine(directory.Path, "embed.mjs");
        await File.WriteAllTextAsync(program, $$"""
            import OpenAI from "openai";
            const client = new OpenAI({ baseURL: "{{host.System.Api.Address}}v1", apiKey: process.env.KEY });
            const { data } = await client.embeddings.create({ model: "{{host.Ollama.EmbeddingModel}}", input: ["a fox", "a dog"] });
            console.log(data.map(each => each.embedding.length).join());
            """, Token);
        var environment = new Dictionary<string, string> { ["KEY"] = RagSystem.Key, ["NO_PROXY"] = "*", ["no_proxy"] = "*" };
        await using var run = BackgroundProgram.Start("node", [program], environment, directory.Path);
        await run.WaitForExitAsync(Token);

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains($"{host.Ollama.Dimensions},{host.Ollama.Dimensions}", run.Output, StringComparison.Ordinal);
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
        var error = (await response.Content.ReadFromJsonAsync<JsonNode>(Token))!["error"]!;
        Assert.Equal("invalid_request_error", error["type"]!.GetValue<string>());
        Assert.NotEmpty(error["message"]!.GetValue<string>());
    }

    /// <summary>The text and the annotations of an answer, whole or put together from a stream.</summary>
    private async Task<(string Content, JsonNode[] Annotations)> CompleteAsync(object request)
    {
        using var response = await host.System.Client.TrySendAsync(HttpMethod.Post, "/v1/chat/completions", request);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, text);
        var parts = response.Content.Headers.ContentType!.MediaType == "text/event-stream"
            ? text.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => JsonNode.Parse(line[6..])!)
            : [JsonNode.Parse(text)!];
        var said = parts.SelectMany(part => part["choices"]!.AsArray()).Select(choice => choice!["delta"] ?? choice["message"]!).ToList();
        return (
            string.Concat(said.Select(each => each["content"]?.GetValue<string>())),
            [.. said.SelectMany(each => each["annotations"]?.AsArray() ?? []).Select(each => each!["url_citation"]!)]);
    }

    private OpenAIClient Client(string key = RagSystem.Key) => new(
        new ApiKeyCredential(key),
        new OpenAIClientOptions { Endpoint = new Uri(host.System.Api.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });

    private ChatClient Chat(string key = RagSystem.Key) => Client(key).GetChatClient("default");
}
