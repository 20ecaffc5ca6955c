using System.Globalization;
using Lucene.Net.Analysis.Core;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Search.Similarities;
using Lucene.Net.Store;
using Lucene.Net.Util;
using RagAspire.Vectors;
using RagAspire.Vectors.Terms;

namespace RagAspire.Benchmarks.Scan;

/// <summary>Lucene.NET's BM25 over the same terms, in memory and in one segment.</summary>
internal sealed class LuceneIndex : IDisposable
{
    private const LuceneVersion Version = LuceneVersion.LUCENE_48;
    private const string Terms = "terms";

    private static readonly FieldType Counted = new()
    {
        IsIndexed = true,
        IsTokenized = true,
        IndexOptions = IndexOptions.DOCS_AND_FREQS,
    };

    private readonly RAMDirectory _directory = new();
    private readonly WhitespaceAnalyzer _analyzer = new(Version);
    private readonly BM25Similarity _similarity;
    private readonly IndexWriter _writer;
    private DirectoryReader? _reader;
    private IndexSearcher? _searcher;

    public LuceneIndex(Bm25Options options)
    {
        _similarity = new BM25Similarity((float)options.K1, (float)options.B);
        _writer = new IndexWriter(_directory, new IndexWriterConfig(Version, _analyzer) { Similarity = _similarity });
    }

    public void Add(TermVector terms) => _writer.AddDocument(new Document { new Field(Terms, Text(terms), Counted) });

    /// <summary>Allows searches.</summary>
    public void Open()
    {
        _writer.ForceMerge(1);
        _writer.Commit();
        _reader = DirectoryReader.Open(_directory);
        _searcher = new IndexSearcher(_reader) { Similarity = _similarity };
    }

    public TopDocs Search(TermVector terms, int limit)
    {
        var query = new BooleanQuery();
        for (var i = 0; i < terms.Indices.Length; i++)
        {
            query.Add(new TermQuery(new Term(Terms, Word(terms.Indices[i]))) { Boost = terms.Values[i] }, Occur.SHOULD);
        }

        return _searcher!.Search(query, limit);
    }

    public void Dispose()
    {
        _reader?.Dispose();
        _writer.Dispose();
        _analyzer.Dispose();
        _directory.Dispose();
    }

    /// <summary>A text with each term as often as it was counted.</summary>
    private static string Text(TermVector terms) => string.Join(
        ' ', terms.Indices.Zip(terms.Values).SelectMany(pair => Enumerable.Repeat(Word(pair.First), (int)pair.Second)));

    private static string Word(uint term) => term.ToString("x8", CultureInfo.InvariantCulture);
}
