using System.Diagnostics;
using RagAspire.TestSupport.Queueing;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>Prints the retrieval quality of text search, and of hybrid search with a weak model, on a BEIR collection.</summary>
internal static class QualityReport
{
    /// <returns>The exit code.</returns>
    public static int Print(IReadOnlyList<string> arguments, TextWriter output)
    {
        if (arguments is not [var folder])
        {
            Console.Error.WriteLine("Usage: quality <folder with corpus.jsonl, queries.jsonl and qrels.tsv>");
            return 2;
        }

        var test = BeirTest.Load(folder);
        output.WriteLine($"{test.Name}: {test.Documents.Count} documents");
        foreach (var weight in new[] { 1, 2, 3 })
        {
            using var text = new IndexSubject(test, bm25: new Bm25Options { HeadingWeight = weight });
            output.WriteLine($"text, heading {weight} x       {Measure(test, text)}");
        }

        using var hybrid = new IndexSubject(test, new WeakModel().Embed);
        output.WriteLine($"hybrid with weak model  {Measure(test, hybrid)}");
        return 0;
    }

    private static string Measure(BeirTest test, IndexSubject subject)
    {
        var times = new List<TimeSpan>();
        var quality = RetrievalQuality.Measure(test, (_, query) =>
        {
            var startedAt = Stopwatch.GetTimestamp();
            var found = subject.SearchAsync(query, 100, CancellationToken.None).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(startedAt));
            return found;
        });
        var took = new Latencies(times);
        return FormattableString.Invariant(
            $"{quality}  p50 {took.At(.5):0.00} ms  p95 {took.At(.95):0.00} ms");
    }
}
