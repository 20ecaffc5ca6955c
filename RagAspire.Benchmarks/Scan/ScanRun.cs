using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks.Scan;

/// <summary>
/// <c>scan</c>: searches in the index of the process, one at a time, each in turn with what it is measured against in the same
/// run: raw scans of the vectors for dense search, Lucene.NET over the same terms for BM25. SearchBenchmarks compares two
/// versions of the code and counts what they allocate.
/// </summary>
internal sealed class ScanRun(TextWriter output)
{
    private const string Usage = "Usage: scan [--vectors <number>] [--dimensions <number>] [--queries <number>] [--terms <of a chunk, 0 for vectors alone>]";
    private const int Batch = 2_000;
    private const int ProgressStep = 20_000;
    private const int TermsOfQuery = 6;
    private const int WarmUp = 50;
    private const int Hits = 10;

    private const string Dense = "dense", Floats = "raw scan: a product a vector", Bytes = "raw scan: reading the rough bytes";
    private const string Text = "BM25", Lucene = "Lucene.NET BM25";

    private readonly Timings _timings = new();

    /// <returns>The exit code: 1 when dense search misses what an exact search finds.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--vectors", "--dimensions", "--queries", "--terms");
        var (count, dimensions) = ((int)(read?.Number("--vectors", 100_000) ?? 0), (int)(read?.Number("--dimensions", 384) ?? 0));
        var queries = (int)(read?.Number("--queries", 200) ?? 0);
        var terms = (int)(read?.Number("--terms", 200) ?? -1);
        if (count < Hits || dimensions < 1 || queries < 1 || terms < 0)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var (corpora, bm25) = (new Corpora(), new Bm25Options());
        using var index = new InProcessVectorIndex(Options.Create(bm25), Options.Create(new HybridOptions()));
        using var lucene = terms > 0 ? new LuceneIndex(bm25) : null;
        var raw = new RawVectors(count, dimensions);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var batch in corpora.Points(count, dimensions, terms).Chunk(Batch))
        {
            await index.UpsertAsync(batch, cancellationToken);
            foreach (var point in batch)
            {
                raw.Add(point.Dense!);
                lucene?.Add(point.Terms);
            }

            PrintProgress((await index.StatusAsync(cancellationToken)).Points, count);
        }

        index.Open();
        lucene?.Open();
        if (lucene is null)
        {
            PrintMemory(GC.GetTotalMemory(forceFullCollection: true) - before, (long)count * dimensions * sizeof(float));
        }

        var recall = Measure(corpora, index, raw, lucene, dimensions, queries);
        Print(count, dimensions, recall);
        return recall < 1 ? 1 : 0;
    }

    /// <returns>The share of the exact best hits that dense search finds.</returns>
    private double Measure(
        Corpora corpora, InProcessVectorIndex index, RawVectors raw, LuceneIndex? lucene, int dimensions, int queries)
    {
        var found = 0;
        for (var query = -WarmUp; query < queries; query++)
        {
            if (query == 0)
            {
                _timings.Clear();
                found = 0;
            }

            var (vector, terms) = (new float[dimensions], corpora.Terms(TermsOfQuery));
            UnitVector.Write(corpora.Vector(dimensions), vector);
            var hits = _timings.Time(Dense, () => Search(index, Corpora.Query(null, vector, Hits)));
            var scores = _timings.Time(Floats, () => raw.Scores(vector));
            _timings.Time(Bytes, raw.ReadBytes);
            if (lucene is not null)
            {
                _timings.Time(Text, () => Search(index, Corpora.Query(terms, null, Hits)));
                _timings.Time(Lucene, () => lucene.Search(terms, Hits));
            }

            found += RawVectors.Best(scores, Hits).Count(row => hits.Any(hit => hit.ChunkId == Corpora.ChunkId(row)));
        }

        return (double)found / (queries * Hits);
    }

    private static IReadOnlyList<IndexHit> Search(InProcessVectorIndex index, IndexQuery query) =>
        index.SearchAsync(query, CancellationToken.None).GetAwaiter().GetResult();

    private void Print(int count, int dimensions, double recall)
    {
        output.WriteLine($"{count} chunks, {dimensions} dimensions, {TermsOfQuery} words a query, one thread");
        output.WriteLine("| search | p50 ms | p95 ms |");
        output.WriteLine("|---|---|---|");
        foreach (var name in _timings.Names)
        {
            var took = _timings.Of(name);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {took.At(.5):0.00} | {took.At(.95):0.00} |"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"recall@{Hits} of dense search: {recall:0.000}"));
        PrintRatio(Dense, Floats);
        PrintRatio(Dense, Bytes);
        if (_timings.Names.Contains(Text))
        {
            PrintRatio(Text, Lucene);
        }
    }

    /// <summary>The index is the only thing that grew.</summary>
    private void PrintMemory(long bytes, long ofVectors) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"the index takes {bytes >> 20} MiB, {(double)bytes / ofVectors:0.00} times the bytes of the vectors"));

    private void PrintRatio(string one, string other) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{one} against {other}: p50 {_timings.Of(one).At(.5) / _timings.Of(other).At(.5):0.00}, "
        + $"p95 {_timings.Of(one).At(.95) / _timings.Of(other).At(.95):0.00}"));

    private void PrintProgress(long done, int of)
    {
        if (done % ProgressStep == 0)
        {
            output.WriteLine($"{done} of {of} chunks are indexed");
        }
    }
}
