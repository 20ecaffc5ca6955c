using Microsoft.Extensions.Logging.Abstractions;
using RagAspire.Vectors.Boxed;

namespace RagAspire.Tests.Vectors.Boxed;

/// <summary>The default model, loaded once for the tests of a class.</summary>
public sealed class BoxedModelFixture : IDisposable
{
    public BoxedEmbeddingGenerator Generator { get; } =
        new(BoxedModel.Of(BoxedModel.MiniLm)!, NullLogger<BoxedEmbeddingGenerator>.Instance);

    public async Task<float[][]> EmbedAsync(params string[] texts) =>
        [.. (await Generator.GenerateAsync(texts, cancellationToken: TestContext.Current.CancellationToken))
            .Select(embedding => embedding.Vector.ToArray())];

    public void Dispose() => Generator.Dispose();
}
