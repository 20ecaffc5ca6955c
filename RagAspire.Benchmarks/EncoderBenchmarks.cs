using BenchmarkDotNet.Attributes;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks;

/// <summary>Term vectors of one megabyte of text: 1,000,000,000 / mean in ns is MB/s.</summary>
[MemoryDiagnoser]
public class EncoderBenchmarks : IDisposable
{
    private const string English =
        "The server answers requests over HTTP; when a queue fills up, older jobs are moved to disk and the operators' alert "
        + "(queue_depth above 10,000 for 5 minutes) fires. See prometheus.yml and section 3.2 of the handbook. ";

    private const string Mixed =
        "Café naïve Größe. База данных недоступна, перезапустите сервер. 数据库服务器没有响应。 سجل الأخطاء في الخادم. ";

    private readonly TextAnalyzer _analyzer = new();
    private Bm25Encoder _encoder = null!;
    private string[] _chunks = null!;

    [Params("English", "Mixed")]
    public string Text { get; set; } = "";

    [GlobalSetup]
    public void Prepare()
    {
        _encoder = new Bm25Encoder(_analyzer);
        var sentence = Text == "English" ? English : Mixed;
        var chunk = string.Concat(Enumerable.Repeat(sentence, 2_000 / sentence.Length));
        var bytes = System.Text.Encoding.UTF8.GetByteCount(chunk);
        _chunks = [.. Enumerable.Repeat(chunk, 1_000_000 / bytes)];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _analyzer.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int EncodeOneMegabyte() => _chunks.Sum(chunk => _encoder.Encode(chunk).Indices.Length);
}
