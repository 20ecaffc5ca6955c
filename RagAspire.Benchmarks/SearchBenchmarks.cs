using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>One search in an index of 100,000 chunks of 200 terms, with vectors of 768 dimensions.</summary>
[MemoryDiagnoser]
public class SearchBenchmarks : IDisposable
{
    private const int Points = 100_000;
    private const int Dimensions = 768;
    private const int Batch = 2_000;

    private readonly Corpora _corpora = new();
    private InProcessVectorIndex? _index;
    private IndexQuery[] _text = null!;
    private IndexQuery[] _dense = null!;
    private int _next;

    /// <summary>Terms in the query: a question has about six after stop words.</summary>
    [Params(3, 6, 15)]
    public int Terms { get; set; }

    [GlobalSetup]
    public async Task FillAsync()
    {
        _index = new InProcessVectorIndex(Options.Create(new Bm25Options()), Options.Create(new HybridOptions()));
        foreach (var batch in _corpora.Points(Points, Dimensions).Chunk(Batch))
        {
            await _index.UpsertAsync(batch, CancellationToken.None);
        }

        _index.Open();
        _text = [.. Enumerable.Range(0, 200).Select(_ => Corpora.Query(_corpora.Terms(Terms), null))];
        _dense = [.. Enumerable.Range(0, 200).Select(_ => Corpora.Query(null, _corpora.Vector(Dimensions)))];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _index?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public Task<IReadOnlyList<IndexHit>> Bm25() => _index!.SearchAsync(_text[_next++ % _text.Length], CancellationToken.None);

    [Benchmark]
    public Task<IReadOnlyList<IndexHit>> Dense() => _index!.SearchAsync(_dense[_next++ % _dense.Length], CancellationToken.None);

    [Benchmark]
    public Task<IReadOnlyList<IndexHit>> Hybrid() => _index!.SearchAsync(
        _text[_next % _text.Length] with { Dense = _dense[_next++ % _dense.Length].Dense }, CancellationToken.None);
}
