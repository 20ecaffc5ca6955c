using System.Diagnostics;
using RagAspire.Benchmarks.Quality;

namespace RagAspire.Benchmarks;

/// <summary>Prints how well BM25 finds what a collection says is relevant.</summary>
internal static class QualityReport
{
    public static void Print(BeirTest collection, TextWriter output)
    {
        var started = Stopwatch.GetTimestamp();
        using var bm25 = new Bm25Subject(collection);
        output.WriteLine($"{collection.Name}: {collection.Documents.Count} documents indexed in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");

        var times = new List<double>();
        var quality = RetrievalQuality.Measure(collection, (_, text) =>
        {
            var asked = Stopwatch.GetTimestamp();
            var found = bm25.SearchAsync(text, 100, CancellationToken.None).GetAwaiter().GetResult();
            times.Add(Stopwatch.GetElapsedTime(asked).TotalMilliseconds);
            return found;
        });
        times.Sort();
        output.WriteLine($"BM25  {quality}  p50 {times[times.Count / 2]:0.00} ms  p95 {times[times.Count * 95 / 100]:0.00} ms");
    }
}
