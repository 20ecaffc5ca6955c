using System.Diagnostics;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace RagAspire.Vectors.Boxed;

/// <summary>Embeds texts in this process by a model that comes with the product. It is loaded at the first use.</summary>
public sealed partial class BoxedEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>
    /// Tokens in one run, padding included. More do not fit into the processor's caches, and take memory: on one core a
    /// document of 238 tokens takes 31 ms with 512 and 43 ms with 2,048.
    /// </summary>
    private const int TokensInRun = 512;

    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly Lazy<Loaded> _loaded;

    /// <param name="quantized">False to compute in floating point, for comparison.</param>
    public BoxedEmbeddingGenerator(BoxedModel model, ILogger<BoxedEmbeddingGenerator> logger, bool quantized = true)
    {
        _metadata = new EmbeddingGeneratorMetadata("onnx", providerUri: null, model.Name, BoxedModel.Dimensions);
        _loaded = new Lazy<Loaded>(() =>
        {
            var startedAt = Stopwatch.GetTimestamp();
            var loaded = new Loaded(SentenceModel.Load(model, quantized), new BackgroundThreads(Environment.ProcessorCount));

            // Loading leaves 130 MB of garbage, which an idle process would keep.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            Log.Loaded(logger, model.Name, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
            return loaded;
        });
    }

    /// <summary>Loads the model now, so that the first search does not wait for it.</summary>
    public Task LoadAsync() => Task.Run(() => _ = _loaded.Value);

    /// <summary>A single text is a question and runs at once; many are documents and give way to questions.</summary>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var texts = values.ToList();
        var (model, threads) = await Task.Run(() => _loaded.Value, cancellationToken);
        var windows = texts.ConvertAll(model.Windows);
        var parts = windows.SelectMany((list, text) => list.Select(tokens => new Part(text, tokens))).ToList();
        var vectors = new float[texts.Count][];
        if (parts.Count == 1)
        {
            vectors[0] = (await Task.Run(() => model.Run([parts[0].Tokens]), cancellationToken))[0];
        }
        else
        {
            await RunAsync(model, threads, parts, vectors, cancellationToken);
        }

        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(vector => new Embedding<float>(vector) { ModelId = _metadata.DefaultModelId }))
        {
            Usage = new UsageDetails { InputTokenCount = parts.Sum(part => (long)part.Tokens.Length) },
        };
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        if (_loaded.IsValueCreated)
        {
            _loaded.Value.Threads.Dispose();
            _loaded.Value.Model.Dispose();
        }
    }

    private static async Task RunAsync(
        SentenceModel model, BackgroundThreads threads, List<Part> parts, float[][] vectors, CancellationToken cancellationToken)
    {
        var runs = Runs(parts).Select(run => threads.RunAsync(
            () => (Run: run, Vectors: model.Run(run.ConvertAll(part => part.Tokens))), cancellationToken)).ToList();
        foreach (var run in runs)
        {
            var (done, found) = await run;
            for (var i = 0; i < found.Length; i++)
            {
                // A text of several windows points where they point on the whole.
                ref var vector = ref vectors[done[i].Text];
                vector ??= new float[BoxedModel.Dimensions];
                TensorPrimitives.MultiplyAdd(found[i], done[i].Tokens.Length, vector, vector);
            }
        }

        foreach (var vector in vectors)
        {
            TensorPrimitives.Divide(vector, TensorPrimitives.Norm(vector), vector);
        }
    }

    /// <summary>Windows of like length together, because a run is as wide as its longest window.</summary>
    private static IEnumerable<List<Part>> Runs(List<Part> parts)
    {
        parts.Sort((a, b) => b.Tokens.Length.CompareTo(a.Tokens.Length));
        var run = new List<Part>();
        foreach (var part in parts)
        {
            if (run.Count > 0 && (run.Count + 1) * run[0].Tokens.Length > TokensInRun)
            {
                yield return run;
                run = [];
            }

            run.Add(part);
        }

        yield return run;
    }

    private sealed record Part(int Text, int[] Tokens);

    private sealed record Loaded(SentenceModel Model, BackgroundThreads Threads);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Loaded the embedding model {Model} in {Milliseconds:0} ms")]
        public static partial void Loaded(ILogger logger, string model, double milliseconds);
    }
}
