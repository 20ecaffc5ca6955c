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
/// the last at several weights of the vectors.
/// Each document is one point.
/// </summary>
internal sealed class RetrievalReport(TextWriter output)
{
    private const string Usage = "Usage: retrieval --data <folder with corpus.jsonl, queries.jsonl and qrels.tsv> [--model minilm|arctic-xs]";
    private static readonly Dictionary<string, string> NoTags = [];
    private static readonly double[] Weights = [.25, .4, BoxedModel.VectorWeight, .6];

    public async Task<int> PrintAsync(string[] args, CancellationToken cancellationToken)
    {
        var (folder, name) = args switch
        {
            ["--data", var data] => (data, BoxedModel.MiniLm),
            ["--data", var data, "--model", var chosen] => (data, chosen),
            _ => ("", ""),
        };
        if (BoxedModel.Of(name) is not { } model)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var test = BeirTest.Load(folder);
        await output.WriteLineAsync($"{test.Name}: {test.Documents.Count} documents, {model.Name}");
        using var texts = new BoxedTexts(model);
        var startedAt = TimeProvider.System.GetTimestamp();
        var vectors = await texts.DocumentsAsync(test.Documents.Select(document => document.Whole), cancellationToken);
        var perSecond = test.Documents.Count / TimeProvider.System.GetElapsedTime(startedAt).TotalSeconds;
        await output.WriteLineAsync(FormattableString.Invariant($"embedded {perSecond:0} documents/s"));
        var asked = await texts.QuestionsAsync(test.Queries.Values, cancellationToken);
        var queries = test.Queries.Keys.Zip(asked).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        await PrintAsync(test, vectors, queries, cancellationToken);
        return 0;
    }

    private async Task PrintAsync(
        BeirTest test, List<float[]> vectors, Dictionary<string, float[]> queries, CancellationToken cancellationToken)
    {
        using var analyzer = new TextAnalyzer();
        var encoder = new Bm25Encoder(analyzer);
        var hybrid = new HybridOptions();
        using var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(hybrid));
        var names = test.Documents.ToDictionary(document => Id(document.Id), document => document.Id);
        await index.UpsertAsync(
            [.. test.Documents.Zip(vectors, (document, vector) => new IndexPoint(
                Id(document.Id), Id(document.Id), 1, "test", NoTags, encoder.EncodeChunk("", document.Title, document.Text), vector))],
            cancellationToken);
        index.Open();
        Task PrintAsync(string name, bool byText, bool byVector) => output.WriteLineAsync($"{name,-10} " + RetrievalQuality.Measure(
            test,
            (id, text) => [.. index.SearchAsync(
                new IndexQuery("test", byText ? encoder.EncodeQuery(text) : null, byVector ? queries[id] : null, NoTags, 100),
                cancellationToken).GetAwaiter().GetResult().Select(hit => names[hit.ChunkId])]));
        await PrintAsync("text", byText: true, byVector: false);
        await PrintAsync("vector", byText: false, byVector: true);
        foreach (var weight in Weights)
        {
            hybrid.VectorWeight = weight;
            await PrintAsync(FormattableString.Invariant($"hybrid {weight:0.##}"), byText: true, byVector: true);
        }
    }

    private static Guid Id(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
}
