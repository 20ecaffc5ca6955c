using Microsoft.Extensions.Logging.Abstractions;
using RagAspire.Vectors.Boxed;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Benchmarks;

/// <summary>The vectors of texts by a model in the box.</summary>
/// <param name="quantized">False to compute in floating point.</param>
internal sealed class BoxedTexts(BoxedModel model, bool quantized = true) : IDisposable
{
    private const int Batch = 256;

    private readonly BoxedEmbeddingGenerator _generator = new(model, NullLogger<BoxedEmbeddingGenerator>.Instance, quantized);
    private readonly EmbeddingPrefixes _prefixes = EmbeddingPrefixes.For(model.Name, new EmbeddingOptions());

    public async Task<List<float[]>> DocumentsAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>();
        foreach (var batch in texts.Select(text => _prefixes.Document + text).Chunk(Batch))
        {
            vectors.AddRange(await EmbedAsync(batch, cancellationToken));
        }

        return vectors;
    }

    /// <summary>Questions come one by one, as people ask them.</summary>
    public async Task<List<float[]>> QuestionsAsync(IEnumerable<string> texts, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>();
        foreach (var text in texts)
        {
            vectors.AddRange(await EmbedAsync([_prefixes.Query + text], cancellationToken));
        }

        return vectors;
    }

    public void Dispose() => _generator.Dispose();

    private async Task<IEnumerable<float[]>> EmbedAsync(string[] texts, CancellationToken cancellationToken)
    {
        var embeddings = await _generator.GenerateAsync(texts, cancellationToken: cancellationToken);
        return embeddings.Select(embedding => embedding.Vector.ToArray());
    }
}
