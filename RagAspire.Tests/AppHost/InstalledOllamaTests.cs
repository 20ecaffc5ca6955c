using System.Diagnostics;
using RagAspire.AppHost;
using RagAspire.AppHost.Models;
using RagAspire.Embedded;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.AppHost;

public sealed class InstalledOllamaTests
{
    private static readonly AppHostOptions Options = new() { DataDirectory = "unused" };

    [Fact]
    public async Task Each_of_the_models_gets_the_work_it_is_made_for()
    {
        await using var ollama = await OllamaStub.StartAsync();

        var models = await FindAsync(ollama.Address, Options);

        Assert.Equal($"Endpoint={ollama.Address.GetLeftPart(UriPartial.Authority)};Model={ollama.ChatModel}", models.Chat);
        Assert.EndsWith($"Model={ollama.EmbeddingModel}", models.Embeddings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_environment_says_goes_before_what_is_found()
    {
        await using var ollama = await OllamaStub.StartAsync();

        var models = await InstalledOllama.FindAsync(
            ollama.Address, Options, chat: "Endpoint=http://elsewhere;Model=mine", embeddings: "", TestContext.Current.CancellationToken);

        Assert.Equal("Endpoint=http://elsewhere;Model=mine", models.Chat);
        Assert.EndsWith($"Model={ollama.EmbeddingModel}", models.Embeddings, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_can_be_named_without_its_tag_and_an_unknown_one_is_refused()
    {
        await using var ollama = await OllamaStub.StartAsync();

        var models = await FindAsync(ollama.Address, Options with { ChatModel = "llama3.2" });
        var refusal = await Assert.ThrowsAsync<AppHostException>(
            () => FindAsync(ollama.Address, Options with { ChatModel = "gpt-7" }));

        Assert.EndsWith($"Model={ollama.ChatModel}", models.Chat, StringComparison.Ordinal);
        Assert.Contains("ollama pull gpt-7", refusal.Message);
    }

    [Theory]
    [InlineData(OllamaMode.Failing)]
    [InlineData(OllamaMode.Garbage)]
    [InlineData(OllamaMode.Hanging)]
    public async Task An_Ollama_that_does_not_answer_well_counts_as_absent_soon(OllamaMode mode)
    {
        await using var ollama = await OllamaStub.StartAsync();
        ollama.Mode = mode;
        var waited = Stopwatch.StartNew();

        var models = await FindAsync(ollama.Address, Options);

        Assert.Equal(new ModelConnections(null, null), models);
        Assert.InRange(waited.Elapsed.TotalSeconds, 0, 5);
    }

    [Fact]
    public async Task No_Ollama_is_no_error() =>
        Assert.Equal(new ModelConnections(null, null), await FindAsync(new Uri($"http://127.0.0.1:{FreePort.Next()}"), Options));

    private static Task<ModelConnections> FindAsync(Uri endpoint, AppHostOptions options) =>
        InstalledOllama.FindAsync(endpoint, options, chat: null, embeddings: null, TestContext.Current.CancellationToken);
}
