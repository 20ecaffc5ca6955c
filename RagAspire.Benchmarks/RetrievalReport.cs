using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors;
using RagAspire.Vectors.Boxed;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>
/// Prints the quality of text, vector and hybrid search on a BEIR collection, by the in-process index and a model in the box,
/// the last at several weights of the vectors. Each document is one point. With <c>--proximity true</c> also of texts that are
/// ranked by the nearness of terms as well, at several weights of it.
/// </summary>
internal sealed class RetrievalReport(TextWriter output)
{
    private const string Usage =
        "Usage: retrieval --data <folder with corpus.jsonl, queries.jsonl and qrels.tsv> [--model minilm|arctic-xs] "
        + "[--quantized true|false] [--proximity true|false]";

    private const int Depth = 100;
    private const int TextsOfHits = 30;
    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly double[] Weights = [.25, .4, BoxedModel.VectorWeight, .6];
    private static readonly double[] ProximityWeights = [.05, .1, .2];
    private static readonly HashSet<Guid> AllHaveVectors = [];

    public async Task<int> PrintAsync(string[] args, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(args, "--data", "--model", "--quantized", "--proximity");
        if (read?.Text("--data") is not { } folder || BoxedModel.Of(read.Text("--model") ?? BoxedModel.MiniLm) is not { } model
            || !bool.TryParse(read.Text("--quantized") ?? "true", out var quantized)
            || !bool.TryParse(read.Text("--proximity") ?? "false", out var proximity))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var test = BeirTest.Load(folder);
        await output.WriteLineAsync($"{test.Name}: {test.Documents.Count} documents, {model.Name}, {(quantized ? "int8" : "fp32")}");
        using var texts = new BoxedTexts(model, quantized);
        var startedAt = TimeProvider.System.GetTimestamp();
        var vectors = await texts.DocumentsAsync(test.Documents.Select(document => document.Whole), cancellationToken);
        var perSecond = test.Documents.Count / TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        await output.WriteLineAsync(FormattableString.Invariant($"embedded {perSecond:0} documents/s"));
        var asked = await texts.QuestionsAsync(test.Queries.Values, cancellationToken);
        var queries = test.Queries.Keys.Zip(asked).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        await PrintAsync(test, vectors, queries, proximity, cancellationToken);
        return 0;
    }

    private async Task PrintAsync(
        BeirTest test,
        List<float[]> vectors,
        Dictionary<string, float[]> queries,
        bool proximity,
        CancellationToken cancellationToken)
    {
        using var analyzer = new TextAnalyzer();
        var encoder = new Bm25Encoder(analyzer);
        var hybrid = new HybridOptions();
        using var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(hybrid));
        var documents = test.Documents.ToDictionary(document => Id(document.Id));
        await index.UpsertAsync(
            [.. test.Documents.Zip(vectors, (document, vector) => new IndexPoint(
                Id(document.Id), Id(document.Id), 1, "test", NoTags, encoder.EncodeChunk("", document.Title, document.Text), vector))],
            cancellationToken);
        index.Open();

        IReadOnlyList<IndexHit> Search(string? text, float[]? vector) => index.SearchAsync(
            new IndexQuery("test", text is null ? null : encoder.EncodeQuery(text), vector, NoTags, Depth),
            cancellationToken).GetAwaiter().GetResult();
        void Print(string name, Func<string, string, IReadOnlyList<IndexHit>> search) => output.WriteLine(
            $"{name,-25} {RetrievalQuality.Measure(test, (id, text) => [.. search(id, text).Select(hit => documents[hit.ChunkId].Id)])}");
        Print("text", (_, text) => Search(text, null));
        Print("vector", (id, _) => Search(null, queries[id]));
        foreach (var weight in Weights)
        {
            hybrid.VectorWeight = weight;
            Print(FormattableString.Invariant($"hybrid {weight:0.##}"), (id, text) => Search(text, queries[id]));
        }

        if (proximity)
        {
            hybrid.VectorWeight = BoxedModel.VectorWeight;
            var near = new Proximity(analyzer, documents);
            foreach (var weight in ProximityWeights)
            {
                IReadOnlyList<IndexHit> Near(string text) => near.Rescore(text, Search(text, null), weight);
                Print(FormattableString.Invariant($"text, nearness {weight:0.##}"), (_, text) => Near(text));
                Print(
                    FormattableString.Invariant($"hybrid {hybrid.VectorWeight:0.##}, nearness {weight:0.##}"),
                    (id, text) => HybridFusion.Fuse(Near(text), Search(null, queries[id]), AllHaveVectors, hybrid, Depth));
            }

            var took = near.MillisecondsToAnalyze(TextsOfHits, test.Queries.Values.Select(text => Search(text, null)));
            output.WriteLine(FormattableString.Invariant($"the terms of {TextsOfHits} texts take {took:0.0} ms"));
        }
    }

    private static Guid Id(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
