using RagAspire.Documents;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Ingestion;

public sealed class ChunkEmbedderTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(100, new[] { 70 })]
    [InlineData(40, new[] { 40, 30 })]
    [InlineData(32, new[] { 32, 32, 6 })]
    public async Task A_request_holds_as_many_chunks_as_the_batch_size_says(int batchSize, int[] requests)
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, batchSize);
        var (document, chunks) = await ChunksAsync(core);
        var shares = new List<double>();

        await core.Get<ChunkEmbedder>().EmbedAsync(document, chunks, Report(shares), Token);

        Assert.Equal(requests, ollama.Requests.Select(request => request.Body!["input"]!.AsArray().Count));
        Assert.Equal(requests.Length, shares.Count);
        Assert.Equal(1, shares[^1]);
    }

    [Fact]
    public async Task Batches_of_an_interrupted_run_are_not_embedded_again()
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var core = await CoreAsync(ollama, 30);
        var (document, chunks) = await ChunksAsync(core);
        using var interrupted = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => core.Get<ChunkEmbedder>().EmbedAsync(
            document, chunks, _ => interrupted.CancelAsync(), interrupted.Token));

        await core.Get<ChunkEmbedder>().EmbedAsync(document, chunks, Report([]), Token);

        Assert.Equal([30, 30, 10], ollama.Requests.Select(request => request.Body!["input"]!.AsArray().Count));
    }

    private static Func<double, Task> Report(List<double> shares) => share =>
    {
        shares.Add(share);
        return Task.CompletedTask;
    };

    private Task<CoreServices> CoreAsync(OllamaStub ollama, int batchSize) => CoreServices.CreateAsync(
        stores,
        settings: new Dictionary<string, string?>
        {
            ["ConnectionStrings:embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            ["Embeddings:BatchSize"] = $"{batchSize}",
        });

    private static async Task<(Document Document, IReadOnlyList<StoredChunk> Chunks)> ChunksAsync(CoreServices core)
    {
        var document = (await core.Get<DocumentStore>().FindAsync(await core.UploadAsync("text"), Token))!;
        var chunks = Enumerable.Range(0, 70).Select(ordinal => new Chunk(ordinal, $"Chunk {ordinal}.", null, null, 4)).ToList();
        return (document, await core.Get<ChunkWriter>().WriteAsync(document.Id, document.Version, chunks, Token));
    }
}
