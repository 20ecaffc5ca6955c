using System.Diagnostics;
using RagAspire.TestSupport.Retrieval;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>Prints the retrieval quality of text search, and of hybrid search with a weak model, on a BEIR collection.</summary>
internal static class QualityReport
{
    public static void Print(BeirTest test, TextWriter output)
    {
        output.WriteLine($"{test.Name}: {test.Documents.Count} documents");
        foreach (var weight in new[] { 1, 2, 3 })
        {
            using var text = new IndexSubject(test, bm25: new Bm25Options { HeadingWeight = weight });
            output.WriteLine($"text, heading {weight} x       {Measure(test, text)}");
        }

        using var hybrid = new IndexSubject(test, new WeakModel().Embed);
        output.WriteLine($"hybrid with weak model  {Measure(test, hybrid)}");
    }

    private static string Measure(BeirTest test, IndexSubject subject)
    {
        var times = new List<double>();
        var quality = RetrievalQuality.Measure(test, (_, query) =>
        {
            var startedAt = Stopwatch.GetTimestamp();
            var found = subject.SearchAsync(query, 100, CancellationToken.None).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
            return found;
        });
        times.Sort();
        return FormattableString.Invariant(
            $"{quality}  p50 {times[times.Count / 2]:0.00} ms  p95 {times[times.Count * 95 / 100]:0.00} ms");
    }
}
