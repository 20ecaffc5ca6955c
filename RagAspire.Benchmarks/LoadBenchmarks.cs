using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>Filling an index with 100,000 chunks, as at the start of a process and document by document.</summary>
[SimpleJob(RunStrategy.Monitoring, iterationCount: 3, warmupCount: 1)]
public class LoadBenchmarks
{
    private List<IndexPoint> _points = null!;

    [Params(20, 5_000)]
    public int Batch { get; set; }

    [Params(0, 768)]
    public int Dimensions { get; set; }

    [GlobalSetup]
    public void Prepare() => _points = [.. new Corpora().Points(100_000, Dimensions)];

    [Benchmark]
    public async Task<long> LoadAsync()
    {
        using var index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
        foreach (var batch in _points.Chunk(Batch))
        {
            await index.UpsertAsync(batch, CancellationToken.None);
        }

        return (await index.StatusAsync(CancellationToken.None)).Bytes!.Value;
    }
}
