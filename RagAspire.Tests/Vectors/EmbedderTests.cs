using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OllamaSharp;
using RagAspire.TestSupport.Ollama;
using RagAspire.TestSupport.Usage;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Vectors;

/// <summary>Vectors as OllamaSharp and a server that speaks Ollama's protocol give them.</summary>
public sealed class EmbedderTests
{
    /// <summary>For a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Texts_become_unit_vectors_in_their_order_batch_by_batch()
    {
        await using var stub = await OllamaStub.StartAsync();
        var embedder = Embedder(stub, new EmbeddingOptions { BatchSize = 4 });
        var texts = Enumerable.Range(0, 10).Select(i => $"text number {i} about {(i % 2 == 0 ? "cats" : "stocks")}").ToList();

        var vectors = await embedder.EmbedDocumentsAsync(texts, UsageData.Nobody, TestContext.Current.CancellationToken);

        Assert.Equal([4, 4, 2], stub.Requests.Select(request => request.Body!["input"]!.AsArray().Count));
        Assert.Equal((stub.EmbeddingModel, 256), (embedder.Model, embedder.Dimensions));
        Assert.Equal(10, vectors.Count);
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(value => value * value), 1e-4));
        Assert.True(Cosine(vectors[0], vectors[2]) > Cosine(vectors[0], vectors[1]));
    }

    [Theory]
    [InlineData("nomic-embed-text:latest", "search_document: text", "search_query: text")]
    [InlineData("intfloat/multilingual-e5-large", "passage: text", "query: text")]
    [InlineData("mxbai-embed-large", "text", "Represent this sentence for searching relevant passages: text")]
    [InlineData("all-minilm", "text", "text")]
    public async Task Each_model_gets_the_words_it_was_trained_with_in_front(string model, string document, string query)
    {
        await using var stub = await OllamaStub.StartAsync(embeddingModel: model.Contains(':') ? model : $"{model}:latest");
        var embedder = Embedder(stub);

        await embedder.EmbedDocumentsAsync(["text"], UsageData.Nobody, TestContext.Current.CancellationToken);
        await embedder.EmbedQueryAsync("text", UsageData.Nobody, TestContext.Current.CancellationToken);

        Assert.Equal([document, query], stub.Requests.Select(request => (string)request.Body!["input"]![0]!));
    }

    [Fact]
    public async Task Options_say_what_stands_in_front_whatever_the_model_is()
    {
        await using var stub = await OllamaStub.StartAsync();
        var embedder = Embedder(stub, new EmbeddingOptions { DocumentPrefix = "", QueryPrefix = "Q: ", QueryTimeout = Patience });

        await embedder.EmbedDocumentsAsync(["text"], UsageData.Nobody, TestContext.Current.CancellationToken);
        await embedder.EmbedQueryAsync("text", UsageData.Nobody, TestContext.Current.CancellationToken);

        Assert.Equal(["text", "Q: text"], stub.Requests.Select(request => (string)request.Body!["input"]![0]!));
    }

    [Theory]
    [InlineData(OllamaMode.Failing, "the model server answered 500")]
    [InlineData(OllamaMode.Busy, "the model server answered 503")]
    [InlineData(OllamaMode.Garbage, "the model server's answer is not readable")]
    [InlineData(OllamaMode.Hanging, "the model nomic-embed-text:latest did not answer in time")]
    public async Task A_server_in_trouble_is_an_outage_with_a_reason(OllamaMode mode, string reason)
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Mode = mode;
        var patience = mode == OllamaMode.Hanging ? TimeSpan.FromMilliseconds(300) : Patience;
        var embedder = Embedder(stub, new EmbeddingOptions { QueryTimeout = patience });

        Assert.Equal(reason, await OutageAsync(() => embedder.EmbedQueryAsync("text", UsageData.Nobody, TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData(OllamaEmbeddingFault.Zero, "gave a vector without a direction")]
    [InlineData(OllamaEmbeddingFault.Infinite, "gave a vector without a direction")]
    [InlineData(OllamaEmbeddingFault.Missing, "gave 1 vectors for 2 texts")]
    [InlineData(OllamaEmbeddingFault.Ragged, "gave a vector of 255 dimensions where earlier ones had 256")]
    public async Task Vectors_that_cannot_be_right_are_refused(OllamaEmbeddingFault fault, string reason)
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.EmbeddingFault = fault;
        var embedder = Embedder(stub);

        Assert.Equal(
            $"the model nomic-embed-text:latest {reason}",
            await OutageAsync(() => embedder.EmbedDocumentsAsync(["one", "two"], UsageData.Nobody, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_model_whose_vectors_change_their_length_is_refused()
    {
        await using var stub = await OllamaStub.StartAsync();
        var embedder = Embedder(stub);
        await embedder.EmbedQueryAsync("text", UsageData.Nobody, TestContext.Current.CancellationToken);
        stub.Dimensions = 128;

        Assert.Equal(
            "the model nomic-embed-text:latest gave a vector of 128 dimensions where earlier ones had 256",
            await OutageAsync(() => embedder.EmbedQueryAsync("text", UsageData.Nobody, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_named_and_a_server_that_is_gone_told_of()
    {
        var stub = await OllamaStub.StartAsync();
        var unknown = Embedder(stub, model: "bge-m3");
        var gone = Embedder(stub);

        Assert.Equal("the server does not have the model bge-m3", await OutageAsync(() => unknown.EmbedQueryAsync("text", UsageData.Nobody, default)));
        await stub.DisposeAsync();
        Assert.Equal("the model server cannot be reached", await OutageAsync(() => gone.EmbedQueryAsync("text", UsageData.Nobody, default)));
    }

    [Fact]
    public async Task Without_a_model_there_is_no_name_and_every_call_says_why()
    {
        var embedder = new Embedder(
            Options.Create(new EmbeddingOptions()), TimeProvider.System, NullLogger<Embedder>.Instance, UsageData.Meter());

        Assert.Null(embedder.Model);
        Assert.Null(embedder.Dimensions);
        Assert.Equal("no embedding model is configured", await OutageAsync(() => embedder.EmbedQueryAsync("text", UsageData.Nobody, default)));
        Assert.Empty(await embedder.EmbedDocumentsAsync([], UsageData.Nobody, default));
    }

    [Fact]
    public async Task A_model_that_fails_again_and_again_is_left_alone_for_a_while()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Mode = OllamaMode.Failing;
        var clock = new FakeTimeProvider();
        var embedder = Embedder(stub, new EmbeddingOptions { BreakAfterFailures = 2 }, clock: clock);
        await OutageAsync(() => embedder.EmbedQueryAsync("one", UsageData.Nobody, default));
        await OutageAsync(() => embedder.EmbedQueryAsync("two", UsageData.Nobody, default));

        Assert.Contains("left alone", await OutageAsync(() => embedder.EmbedQueryAsync("three", UsageData.Nobody, default)), StringComparison.Ordinal);
        Assert.Equal(2, stub.Requests.Count);

        stub.Mode = OllamaMode.Normal;
        clock.Advance(TimeSpan.FromSeconds(16));
        Assert.Equal(256, (await embedder.EmbedQueryAsync("four", UsageData.Nobody, default)).Length);
    }

    [Fact]
    public async Task A_caller_who_goes_away_gets_a_cancellation_and_no_outage()
    {
        await using var stub = await OllamaStub.StartAsync();
        stub.Mode = OllamaMode.Hanging;
        var embedder = Embedder(stub);
        using var gone = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => embedder.EmbedQueryAsync("text", UsageData.Nobody, gone.Token));
    }

    private static Embedder Embedder(
        OllamaStub stub, EmbeddingOptions? options = null, string? model = null, TimeProvider? clock = null) =>
        new(
            Options.Create(options ?? new EmbeddingOptions { QueryTimeout = Patience }),
            clock ?? TimeProvider.System,
            NullLogger<Embedder>.Instance,
            UsageData.Meter(),
            (IEmbeddingGenerator<string, Embedding<float>>)new OllamaApiClient(stub.Address, model ?? stub.EmbeddingModel));

    private static async Task<string> OutageAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<EmbeddingUnavailableException>(call)).Message;

    private static float Cosine(float[] one, float[] other) => one.Zip(other, (a, b) => a * b).Sum();
}
