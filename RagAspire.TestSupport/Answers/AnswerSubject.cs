using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RagAspire.Answers;
using RagAspire.Answers.Extractive;
using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.TestSupport.Retrieval;
using RagAspire.TestSupport.Usage;
using RagAspire.Vectors.Terms;

namespace RagAspire.TestSupport.Answers;

/// <summary>A collection that answers questions without a model. Each text is a document.</summary>
internal sealed class AnswerSubject : IDisposable
{
    private const int HitCount = 5;

    private readonly TextAnalyzer _analyzer = new();
    private readonly IndexSubject _search;
    private readonly AnswerWriter _writer;
    private readonly QuestionTerms _terms;
    private readonly Dictionary<string, int> _numbers;
    private readonly SearchHit[] _hits;
    private readonly int _neighbours;
    private readonly Dictionary<string, long> _counts;

    /// <param name="neighbours">
    /// Of how many hits the texts around are given, too: then all texts are the chunks of one document.
    /// </param>
    public AnswerSubject(BeirTest test, int neighbours = 0)
    {
        var options = Options.Create(new AnswerOptions());
        var none = new AnswerModel(options, TimeProvider.System, NullLogger<AnswerModel>.Instance, UsageData.Meter());
        _writer = new AnswerWriter(none, _analyzer, options);
        _search = new IndexSubject(test);
        _terms = new QuestionTerms(_analyzer);
        _neighbours = neighbours;
        _numbers = test.Documents.Select((document, at) => (document.Id, At: at)).ToDictionary(pair => pair.Id, pair => pair.At);
        _hits = [.. test.Documents.Select(
            (document, at) => neighbours == 0 ? Hit(document.Text, at + 1, ordinal: 0) : Hit(document.Text, document: 1, at))];
        _counts = test.Documents.SelectMany(document => _terms.Terms(document.Text).Distinct()).CountBy(term => term)
            .ToDictionary(term => term.Key, term => Math.Min(DocumentFrequency.Most, (long)term.Value));
    }

    public async Task<AnswerDraft> AnswerAsync(string question, CancellationToken cancellationToken)
    {
        var found = (await _search.SearchAsync(question, HitCount, cancellationToken)).Select(id => _numbers[id]).ToList();
        var around = found.Take(_neighbours).SelectMany(at => new[] { at - 1, at + 1 }).Where(at => at >= 0 && at < _hits.Length);
        var writing = _writer.Begin(new AnswerContext(
            question,
            [.. found.Select(at => _hits[at])],
            [],
            HasVectors: false,
            (_, _) => Task.FromResult<TermFrequencies?>(Counts(question)))
        {
            Neighbours = [.. around.Select(at => _hits[at])],
        });
        await foreach (var _ in writing.TokensAsync(cancellationToken))
        {
            // The draft is there when the last token is read.
        }

        return writing.Draft;
    }

    public void Dispose()
    {
        _search.Dispose();
        _analyzer.Dispose();
    }

    private static SearchHit Hit(string text, int document, int ordinal) => new(
        Id(document), $"document-{document}.txt", Id((document * 10_000) + ordinal), ordinal, text, 1.0 / document, Page: null,
        Section: null);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>What the database would count.</summary>
    private TermFrequencies Counts(string question) => new(
        _hits.Length,
        question.Split(' ').Select(word => word.Trim('?', '.', ',', '"', '(', ')')).Distinct().Where(word => word.Length > 0)
            .ToDictionary(
                word => word, word => _terms.Terms(word) is [var term, ..] ? _counts.GetValueOrDefault(term) : _hits.Length));
}
