using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OllamaSharp;
using OllamaSharp.Models;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Support;

/// <summary>Holds the stub to Ollama's protocol, as its documentation has it and as OllamaSharp reads it.</summary>
public sealed class OllamaStubTests
{
    [Fact]
    public async Task The_server_says_who_it_is_and_what_it_has()
    {
        await using var stub = await OllamaStub.StartAsync();
        using var http = new HttpClient { BaseAddress = stub.Address };
        using var client = new OllamaApiClient(stub.Address, stub.ChatModel);

        Assert.Equal("Ollama is running", await http.GetStringAsync("/"));
        Assert.True(await client.IsRunningAsync());
        Assert.NotEmpty(await client.GetVersionAsync());
        Assert.Equal([stub.ChatModel, stub.EmbeddingModel], (await client.ListLocalModelsAsync()).Select(model => model.Name));
        Assert.Empty(await client.ListRunningModelsAsync());
        var shown = await client.ShowModelAsync(new ShowModelRequest { Model = "nomic-embed-text" });
        Assert.Equal(["embedding"], shown.Capabilities!);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/api/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_model_that_was_used_is_running()
    {
        await using var stub = await OllamaStub.StartAsync();
        using var client = new OllamaApiClient(stub.Address, stub.EmbeddingModel);

        await client.EmbedAsync(new EmbedRequest { Input = ["text"] });

        Assert.Equal(stub.EmbeddingModel, Assert.Single(await client.ListRunningModelsAsync()).Name);
    }

    [Fact]
    public async Task Texts_alike_have_vectors_alike_and_the_same_ones_each_time()
    {
        await using var stub = await OllamaStub.StartAsync();
        using var client = new OllamaApiClient(stub.Address, stub.EmbeddingModel);
        IEmbeddingGenerator<string, Embedding<float>> generator = client;

        var vectors = await generator.GenerateAsync(["The cat sat on the mat.", "A cat sits on a mat.", "Quarterly revenue rose sharply."]);
        var again = await generator.GenerateAsync(["The cat sat on the mat."]);
        var shorter = await generator.GenerateAsync(["text"], new EmbeddingGenerationOptions { Dimensions = 64 });

        Assert.Equal(vectors[0].Vector.ToArray(), again[0].Vector.ToArray());
        Assert.True(Cosine(vectors[0], vectors[1]) > Cosine(vectors[0], vectors[2]) + .2);
        Assert.Equal(64, shorter[0].Vector.Length);
        Assert.True(vectors.Usage!.InputTokenCount > 0);
    }

    [Fact]
    public async Task Chat_streams_lines_and_ends_with_counts_and_durations()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => "Two words and more.";
        using var http = new HttpClient { BaseAddress = stub.Address };

        var response = await http.PostAsJsonAsync("/api/chat", Chat(stub.ChatModel, stream: null));

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal("Two words and more.", string.Concat(lines.Select(line => (string)line["message"]!["content"]!)));
        Assert.All(lines.SkipLast(1), line => Assert.False((bool)line["done"]!));
        var last = lines[^1];
        Assert.True((bool)last["done"]!);
        Assert.Equal("stop", (string)last["done_reason"]!);
        Assert.All(
            ["total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count", "eval_duration"],
            name => Assert.True((long)last[name]! > 0, name));
    }

    [Fact]
    public async Task Chat_without_a_stream_is_one_object()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Answer = _ => "All at once.";
        using var client = new OllamaApiClient(stub.Address, stub.ChatModel);

        var response = await ((IChatClient)client).GetResponseAsync("Hello");

        Assert.Equal("All at once.", response.Text);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.True(response.Usage!.OutputTokenCount > 0);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"nothing","messages":[{"role":"user","content":"x"}]}""", 404, "model 'nothing' not found")]
    [InlineData("/api/chat", """{"messages":[]}""", 400, "model is required")]
    [InlineData("/api/chat", """{"model":"nomic-embed-text","messages":[]}""", 400, "\"nomic-embed-text\" does not support chat")]
    [InlineData("/api/chat", """{"model":"llama3.2","think":true,"messages":[]}""", 400, "\"llama3.2\" does not support thinking")]
    [InlineData("/api/embed", """{"model":"nothing","input":"x"}""", 404, "model 'nothing' not found")]
    [InlineData("/api/embed", """{"model":"nomic-embed-text","input":[1]}""", 400, "invalid input type")]
    [InlineData("/api/show", """{"model":"nothing"}""", 404, "model 'nothing' not found")]
    public async Task Bad_requests_get_Ollamas_errors(string path, string body, int status, string error)
    {
        await using var stub = await OllamaStub.StartAsync();
        using var http = new HttpClient { BaseAddress = stub.Address };

        var response = await http.PostAsync(path, new StringContent(body));

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(error, (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!);
    }

    [Fact]
    public async Task Too_long_a_text_is_cut_or_refused_as_asked()
    {
        await using var stub = await OllamaStub.StartAsync();
        using var http = new HttpClient { BaseAddress = stub.Address };
        var text = new string('x', 20_000);

        var cut = await http.PostAsJsonAsync("/api/embed", new { model = stub.EmbeddingModel, input = text });
        var refused = await http.PostAsJsonAsync("/api/embed", new { model = stub.EmbeddingModel, input = text, truncate = false });

        Assert.Equal(HttpStatusCode.OK, cut.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("context length", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static JsonObject Chat(string model, bool? stream) => new()
    {
        ["model"] = model,
        ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hello" }),
        ["stream"] = stream,
    };

    private static double Cosine(Embedding<float> one, Embedding<float> other) =>
        one.Vector.ToArray().Zip(other.Vector.ToArray(), (a, b) => (double)a * b).Sum();
}
