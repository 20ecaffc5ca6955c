using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;

namespace RagAspire.Vectors.Embedding;

/// <summary>Embeds texts as vectors of unit length, where a model is configured.</summary>
/// <remarks>Every failure of the model is an <see cref="EmbeddingUnavailableException"/>.</remarks>
public sealed partial class Embedder
{
    private readonly IEmbeddingGenerator<string, Embedding<float>>? _generator;
    private readonly EmbeddingOptions _options;
    private readonly EmbeddingPrefixes _prefixes;
    private readonly ResiliencePipeline _circuit;
    private readonly TimeProvider _clock;
    private readonly ILogger<Embedder> _logger;
    private int _dimensions;

    public Embedder(
        IOptions<EmbeddingOptions> options,
        TimeProvider clock,
        ILogger<Embedder> logger,
        IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        _generator = generator;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        Model = generator is null
            ? null
            : (generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId ?? "unknown";
        _prefixes = EmbeddingPrefixes.For(Model ?? "", _options);
        _circuit = ModelCircuit.Build(_options.BreakAfterFailures, _options.BreakDuration, clock);
    }

    /// <summary>The model's name; null where none is configured, and then search is BM25 only.</summary>
    public string? Model { get; }

    /// <summary>Dimensions of the model's vectors; null until the first one was seen.</summary>
    public int? Dimensions => Volatile.Read(ref _dimensions) is var known and > 0 ? known : null;

    /// <summary>Cuts items into batches of one request each, for callers that store every batch.</summary>
    public IEnumerable<T[]> Batches<T>(IReadOnlyList<T> items) => items.Chunk(_options.BatchSize);

    /// <summary>One vector of unit length for each text, in the order of the texts.</summary>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    public async Task<IReadOnlyList<float[]>> EmbedDocumentsAsync(
        IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>(texts.Count);
        foreach (var batch in Batches(texts))
        {
            var prefixed = Array.ConvertAll(batch, text => _prefixes.Document + text);
            vectors.AddRange(await EmbedAsync(prefixed, _options.RequestTimeout, cancellationToken));
        }

        return vectors;
    }

    /// <summary>The vector of a question, of unit length.</summary>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    public async Task<float[]> EmbedQueryAsync(string text, CancellationToken cancellationToken) =>
        (await EmbedAsync([_prefixes.Query + text], _options.QueryTimeout, cancellationToken))[0];

    private async Task<float[][]> EmbedAsync(string[] texts, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_generator is not { } generator || Model is not { } model)
        {
            throw new EmbeddingUnavailableException("no embedding model is configured");
        }

        try
        {
            return await _circuit.ExecuteAsync(
                async token => Check(await AskAsync(generator, texts, timeout, token), texts.Length, model),
                cancellationToken);
        }
        catch (EmbeddingUnavailableException)
        {
            throw;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The generator may throw anything; callers only need to know that there are no vectors now, and why.
            var reason = ModelFailure.Reason(exception, model);
            Log.Failed(_logger, texts.Length, reason);
            throw new EmbeddingUnavailableException(reason, exception);
        }
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator,
        string[] texts,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await generator.GenerateAsync(texts, options: null, either.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No embeddings within {timeout.TotalSeconds:0.#} s.", exception);
        }
    }

    private float[][] Check(GeneratedEmbeddings<Embedding<float>> embeddings, int expected, string model)
    {
        if (embeddings.Count != expected)
        {
            throw new EmbeddingUnavailableException(
                $"the model {model} gave {embeddings.Count} vectors for {expected} texts");
        }

        return [.. embeddings.Select(embedding => UnitVector(embedding.Vector.Span, model))];
    }

    private float[] UnitVector(ReadOnlySpan<float> vector, string model)
    {
        var length = vector.IsEmpty ? 0 : TensorPrimitives.Norm(vector);
        if (!float.IsFinite(length) || length < 1e-12f)
        {
            throw new EmbeddingUnavailableException($"the model {model} gave a vector without a direction");
        }

        var known = Interlocked.CompareExchange(ref _dimensions, vector.Length, 0);
        if (known != 0 && known != vector.Length)
        {
            throw new EmbeddingUnavailableException(
                $"the model {model} gave a vector of {vector.Length} dimensions where earlier ones had {known}");
        }

        var unit = new float[vector.Length];
        TensorPrimitives.Divide(vector, length, unit);
        return unit;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "No embeddings for {Count} texts: {Reason}")]
        public static partial void Failed(ILogger logger, int count, string reason);
    }
}
