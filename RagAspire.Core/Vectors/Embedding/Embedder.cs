using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

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
    private readonly ModelMeter _meter;
    private int _dimensions;

    public Embedder(
        IOptions<EmbeddingOptions> options,
        TimeProvider clock,
        ILogger<Embedder> logger,
        ModelMeter meter,
        IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        _generator = generator;
        _options = options.Value;
        _clock = clock;
        _logger = logger;
        _meter = meter;
        Model = generator is null
            ? null
            : (generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata)?.DefaultModelId ?? "unknown";
        _prefixes = EmbeddingPrefixes.For(Model ?? "", _options);
        _circuit = ModelCircuit.Build(_options.BreakAfterFailures, _options.BreakDuration, clock);
    }

    /// <summary>The model's name; null where none is configured, and then search is BM25 only.</summary>
    public string? Model { get; }

    /// <summary>What stands before the text of a query, for the model.</summary>
    public string QueryPrefix => _prefixes.Query;

    /// <summary>Dimensions of the model's vectors; null until the first one was seen.</summary>
    public int? Dimensions => Volatile.Read(ref _dimensions) is var known and > 0 ? known : null;

    /// <summary>Texts that go into one request.</summary>
    public int BatchSize => _options.BatchSize;

    /// <summary>How long the model is left alone after it failed several times.</summary>
    public TimeSpan BreakDuration => _options.BreakDuration;

    /// <summary>Checks that a key may have documents embedded.</summary>
    /// <exception cref="BudgetExceededException">The budget of the key is spent.</exception>
    public async Task AdmitAsync(string keyId, CancellationToken cancellationToken)
    {
        if (Model is { } model)
        {
            using var _ = await _meter.AdmitAsync(keyId, model, default, cancellationToken);
        }
    }

    /// <summary>One vector of unit length for each text, in the order of the texts.</summary>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    public Task<IReadOnlyList<float[]>> EmbedDocumentsAsync(
        IReadOnlyList<string> texts, UsageContext usage, CancellationToken cancellationToken) =>
        EmbedDocumentsAsync(texts, [.. texts.Select(_ => usage)], cancellationToken);

    /// <summary>One vector of unit length for each text, in the order of the texts.</summary>
    /// <param name="usage">Whom each text is counted for.</param>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    public async Task<IReadOnlyList<float[]>> EmbedDocumentsAsync(
        IReadOnlyList<string> texts, IReadOnlyList<UsageContext> usage, CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>(texts.Count);
        foreach (var batch in texts.Zip(usage).Chunk(BatchSize))
        {
            var prefixed = Array.ConvertAll(batch, text => _prefixes.Document + text.First);
            vectors.AddRange(await EmbedAsync(
                prefixed, Array.ConvertAll(batch, text => text.Second), _options.RequestTimeout, cancellationToken));
        }

        return vectors;
    }

    /// <summary>The vector of a question, of unit length.</summary>
    /// <exception cref="EmbeddingUnavailableException">There is no model, or it failed.</exception>
    /// <exception cref="BudgetExceededException">The budget of the key is spent.</exception>
    public async Task<float[]> EmbedQueryAsync(string text, UsageContext usage, CancellationToken cancellationToken)
    {
        var prefixed = _prefixes.Query + text;
        using var admission = Model is { } model
            ? await _meter.AdmitAsync(usage.KeyId, model, new ModelTokens(TokenGuess.Of(prefixed), 0, 0), cancellationToken)
            : null;
        return (await EmbedAsync([prefixed], [usage], _options.QueryTimeout, cancellationToken))[0];
    }

    private async Task<float[][]> EmbedAsync(
        string[] texts, UsageContext[] usage, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_generator is not { } generator || Model is not { } model)
        {
            throw new EmbeddingUnavailableException("no embedding model is configured");
        }

        try
        {
            return await _circuit.ExecuteAsync(
                async token =>
                {
                    var embeddings = await AskAsync(generator, texts, timeout, token);
                    Count(usage, model, TokensOf(embeddings, texts), texts);
                    return Check(embeddings, texts.Length, model);
                },
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
            throw new EmbeddingUnavailableException(reason, exception) { IsRefusal = ModelFailure.IsRefusal(exception) };
        }
    }

    /// <summary>Divides the tokens of a request among those who pay, in proportion to their texts.</summary>
    private void Count(UsageContext[] usage, string model, ModelTokens tokens, string[] texts)
    {
        var shares = usage.Zip(texts).GroupBy(text => text.First)
            .Select(payer => (Usage: payer.Key, Guess: TokenGuess.Of(payer.Select(text => text.Second)))).ToList();
        var (all, guessed, counted) = (Math.Max(1, shares.Sum(share => share.Guess)), 0L, 0L);
        foreach (var share in shares)
        {
            guessed += share.Guess;
            var until = shares.Count == 1 ? tokens.Input : tokens.Input * guessed / all;
            var part = until - counted;
            counted = until;
            _meter.Count(share.Usage, model, new ModelTokens(part, 0, tokens.Estimated > 0 ? part : 0));
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

    private static ModelTokens TokensOf(GeneratedEmbeddings<Embedding<float>> embeddings, string[] texts)
    {
        if (embeddings.Usage?.InputTokenCount is > 0 and var reported)
        {
            return new ModelTokens(reported, 0, 0);
        }

        var guess = TokenGuess.Of(texts);
        return new ModelTokens(guess, 0, guess);
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
            throw new EmbeddingUnavailableException($"the model {model} gave a vector without a direction") { IsRefusal = true };
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
