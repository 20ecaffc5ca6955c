using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Ingestion.Chunking;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors;
using RagAspire.Vectors.Boxed;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks.Chunking;

/// <summary>
/// <c>chunking</c>: corpora are cut by the product's chunker, the best five chunks are retrieved for each question, and their
/// characters are compared with the passages that answer it.
/// </summary>
internal sealed class ChunkingReport(TextWriter output)
{
    private const string Usage =
        "Usage: chunking --data <folder with corpora/*.md and questions_df.csv> [--model minilm|arctic-xs] [--tokens <most of a chunk>]";

    private const int Retrieved = 5;

    // As between the defaults.
    private const int TokensForOverlap = 8;

    private const string Collection = "test";

    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly string[] Modes = ["text", "vector", "hybrid"];

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--data", "--model", "--tokens");
        var tokens = (int)(read?.Number("--tokens", new ChunkingOptions().MaxTokens) ?? 0);
        var model = BoxedModel.Of(read?.Text("--model") ?? BoxedModel.MiniLm);
        if (read?.Text("--data") is not { } folder || model is null || tokens < 32
            || !Directory.Exists(Path.Combine(folder, "corpora")))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var questions = Question.Load(Path.Combine(folder, "questions_df.csv"));
        var corpora = await ChunkedCorpora.LoadAsync(
            Path.Combine(folder, "corpora"),
            new ChunkingOptions { MaxTokens = tokens, OverlapTokens = tokens / TokensForOverlap },
            cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{corpora.Chunks.Count} chunks of {corpora.Chunks.Average(chunk => chunk.Source.Length):0} characters, "
            + $"{questions.Count} questions, {model.Name}; of the words at least {corpora.Aligned:P1} were found in their source"));
        using var texts = new BoxedTexts(model);
        var vectors = await texts.DocumentsAsync(corpora.Chunks.Select(chunk => chunk.Chunk.IndexedText), cancellationToken);
        output.WriteLine("the chunks are embedded");
        var asked = await texts.QuestionsAsync(questions.Select(question => question.Text), cancellationToken);
        using var analyzer = new TextAnalyzer();
        var encoder = new Bm25Encoder(analyzer);
        using var index = await IndexAsync(corpora, vectors, encoder, cancellationToken);
        output.WriteLine("| | recall | precision | IoU | precision Ω |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var mode in Modes)
        {
            var searches = questions.Zip(asked, (question, vector) => (question, new IndexQuery(
                Collection,
                mode == "vector" ? null : encoder.EncodeQuery(question.Text),
                mode == "text" ? null : vector,
                NoTags,
                Retrieved)));
            output.WriteLine(Row(mode, await MeasureAsync(index, corpora, searches, cancellationToken)));
        }

        return 0;
    }

    private static async Task<InProcessVectorIndex> IndexAsync(
        ChunkedCorpora corpora, List<float[]> vectors, Bm25Encoder encoder, CancellationToken cancellationToken)
    {
        var hybrid = new HybridOptions { VectorWeight = BoxedModel.VectorWeight };
        var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(hybrid));
        await index.UpsertAsync(
            [.. corpora.Chunks.Select((chunk, at) => new IndexPoint(
                Corpora.ChunkId(at), Corpora.ChunkId(at), 1, Collection, NoTags,
                encoder.EncodeChunk(chunk.File, chunk.Chunk.Section, chunk.Chunk.Text), vectors[at]))],
            cancellationToken);
        index.Open();
        return index;
    }

    private static async Task<PassageQuality> MeasureAsync(
        InProcessVectorIndex index, ChunkedCorpora corpora, IEnumerable<(Question Question, IndexQuery Query)> searches,
        CancellationToken cancellationToken)
    {
        var all = corpora.Chunks.ConvertAll(chunk => chunk.Source);
        var ranges = all.Select((range, at) => (Id: Corpora.ChunkId(at), Range: range))
            .ToDictionary(chunk => chunk.Id, chunk => chunk.Range);
        var measured = new List<PassageQuality>();
        foreach (var (question, query) in searches)
        {
            var hits = await index.SearchAsync(query, cancellationToken);
            measured.Add(PassageQuality.Measure(corpora.Passages(question), [.. hits.Select(hit => ranges[hit.ChunkId])], all));
        }

        return PassageQuality.Mean(measured);
    }

    private static string Row(string mode, PassageQuality quality) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {mode} | {quality.Recall:0.000} | {quality.Precision:0.000} | {quality.Iou:0.000} | {quality.PrecisionOmega:0.000} |");
}
