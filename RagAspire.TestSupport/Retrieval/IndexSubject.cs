using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using RagAspire.Vectors;
using RagAspire.Vectors.InProcess;
using RagAspire.Vectors.Terms;

namespace RagAspire.TestSupport.Retrieval;

/// <summary>A collection in the in-process index, one point for each whole document.</summary>
public sealed class IndexSubject : IDisposable
{
    private static readonly Dictionary<string, string> NoTags = [];
    private readonly TextAnalyzer _analyzer = new();
    private readonly InProcessVectorIndex _index;
    private readonly Bm25Encoder _encoder;
    private readonly Func<TermVector, float[]?> _embed;
    private readonly Dictionary<Guid, string> _names = [];

    /// <param name="embed">Embeds terms; null for text search alone.</param>
    public IndexSubject(BeirTest test, Func<TermVector, float[]>? embed = null, Bm25Options? bm25 = null)
    {
        var options = Options.Create(bm25 ?? new Bm25Options());
        _encoder = new Bm25Encoder(_analyzer, options);
        _embed = embed is null ? static _ => null : terms => embed(terms);
        _index = new InProcessVectorIndex(options, Options.Create(new HybridOptions()));
        var points = new List<IndexPoint>();
        foreach (var document in test.Documents)
        {
            var id = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(document.Id)).AsSpan(0, 16));
            _names[id] = document.Id;
            var terms = _encoder.EncodeChunk("", document.Title, document.Text);
            points.Add(new IndexPoint(id, id, 1, "test", NoTags, terms, _embed(terms)));
        }

        _index.UpsertAsync(points, CancellationToken.None).GetAwaiter().GetResult();
        _index.Open();
    }

    public async Task<IReadOnlyList<string>> SearchAsync(string query, int limit, CancellationToken cancellationToken)
    {
        var terms = _encoder.EncodeQuery(query);
        var hits = await _index.SearchAsync(new IndexQuery("test", terms, _embed(terms), NoTags, limit), cancellationToken);
        return [.. hits.Select(hit => _names[hit.ChunkId])];
    }

    public void Dispose()
    {
        _index.Dispose();
        _analyzer.Dispose();
    }
}
