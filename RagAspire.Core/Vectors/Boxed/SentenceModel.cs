using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Tokenizers;

namespace RagAspire.Vectors.Boxed;

/// <summary>A loaded model: texts to tokens, tokens to vectors. Safe to use from many threads.</summary>
/// <remarks>A run uses the thread of its caller alone, so the priority of that thread is the priority of the run.</remarks>
internal sealed class SentenceModel : IDisposable
{
    private const string Ids = "input_ids", Mask = "attention_mask", Types = "token_type_ids";

    private readonly BoxedModel _model;
    private readonly BertTokenizer _tokenizer;
    private readonly InferenceSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly RunOptions _run = new();

    private SentenceModel(BoxedModel model, BertTokenizer tokenizer, InferenceSession session)
    {
        (_model, _tokenizer, _session) = (model, tokenizer, session);
        _inputs = [.. session.InputNames];
        _outputs = [session.OutputNames[0]];
    }

    /// <summary>Loads the model from the folder <c>models</c> beside the program; takes about a second.</summary>
    /// <exception cref="IOException">The file is absent.</exception>
    /// <param name="quantized">False to compute in floating point, for comparison.</param>
    public static SentenceModel Load(BoxedModel model, bool quantized = true)
    {
        using var file = new ModelFile(Path.Combine(AppContext.BaseDirectory, "models", model.File));
        using var vocabulary = new MemoryStream(file.Resource("vocab.txt").ToArray());
        var tokenizer = BertTokenizer.Create(vocabulary, new BertOptions { RemoveNonSpacingMarks = true });
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,

            // An arena keeps the largest batch that ever ran, once for each thread.
            EnableCpuMemArena = false,
        };
        var network = file.Resource("model.onnx");
        return new SentenceModel(
            model, tokenizer, new InferenceSession(quantized ? Quantization.Quantize(network) : network.ToArray(), options));
    }

    /// <summary>The tokens of a text, in windows of at most <see cref="BoxedModel.MaxTokens"/>; at least one window.</summary>
    public List<int[]> Windows(string text)
    {
        var tokens = _tokenizer.EncodeToIds(text, addSpecialTokens: false);
        var room = _model.MaxTokens - 2;
        var windows = new List<int[]>();
        for (var start = 0; start == 0 || start < tokens.Count; start += room)
        {
            var count = Math.Min(room, tokens.Count - start);
            var window = new int[count + 2];
            window[0] = _tokenizer.ClassificationTokenId;
            for (var i = 0; i < count; i++)
            {
                window[i + 1] = tokens[start + i];
            }

            window[^1] = _tokenizer.SeparatorTokenId;
            windows.Add(window);
        }

        return windows;
    }

    /// <summary>One vector of unit length for each window. Shorter windows are padded to the longest.</summary>
    public float[][] Run(IReadOnlyList<int[]> windows)
    {
        var width = windows.Max(window => window.Length);
        var (ids, mask) = (new long[windows.Count * width], new long[windows.Count * width]);
        for (var row = 0; row < windows.Count; row++)
        {
            for (var i = 0; i < windows[row].Length; i++)
            {
                ids[(row * width) + i] = windows[row][i];
                mask[(row * width) + i] = 1;
            }
        }

        long[] shape = [windows.Count, width];
        using var idTensor = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskTensor = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var typeTensor = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], shape);
        var tensors = Array.ConvertAll(_inputs, name => name switch
        {
            Ids => idTensor,
            Mask => maskTensor,
            Types => typeTensor,
            _ => throw new NotSupportedException($"The model asks for '{name}'."),
        });
        using var results = _session.Run(_run, _inputs, tensors, _outputs);
        return Pool(results[0].GetTensorDataAsSpan<float>(), windows, width);
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }

    private float[][] Pool(ReadOnlySpan<float> hidden, IReadOnlyList<int[]> windows, int width)
    {
        var vectors = new float[windows.Count][];
        for (var row = 0; row < windows.Count; row++)
        {
            var sum = new float[BoxedModel.Dimensions];
            var tokens = _model.Pooling == Pooling.First ? 1 : windows[row].Length;
            for (var i = 0; i < tokens; i++)
            {
                TensorPrimitives.Add(sum, hidden.Slice(((row * width) + i) * sum.Length, sum.Length), sum);
            }

            TensorPrimitives.Divide(sum, TensorPrimitives.Norm(sum), sum);
            vectors[row] = sum;
        }

        return vectors;
    }
}
