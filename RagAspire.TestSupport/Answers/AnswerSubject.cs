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

/// <summary>A collection that answers questions without a model. Each document is a source.</summary>
internal sealed class AnswerSubject : IDisposable
{
    private const int HitCount = 5;

    private readonly TextAnalyzer _analyzer = new();
    private readonly IndexSubject _search;
    private readonly AnswerWriter _writer;
    private readonly QuestionTerms _terms;
    private readonly Dictionary<string, SearchHit> _hits;
    private readonly Dictionary<string, long> _counts;

    public AnswerSubject(BeirTest test)
    {
        var options = Options.Create(new AnswerOptions());
        var none = new AnswerModel(options, TimeProvider.System, NullLogger<AnswerModel>.Instance, UsageData.Meter());
        _writer = new AnswerWriter(none, _analyzer, options);
        _search = new IndexSubject(test);
        _terms = new QuestionTerms(_analyzer);
        _hits = test.Documents.Select((document, at) => (document.Id, Hit: Hit(document.Text, at + 1)))
            .ToDictionary(pair => pair.Id, pair => pair.Hit);
        _counts = test.Documents.SelectMany(document => _terms.Terms(document.Text).Distinct()).CountBy(term => term)
            .ToDictionary(term => term.Key, term => Math.Min(DocumentFrequency.Most, (long)term.Value));
    }

    public async Task<AnswerDraft> AnswerAsync(string question, CancellationToken cancellationToken)
    {
        var found = await _search.SearchAsync(question, HitCount, cancellationToken);
        var writing = _writer.Begin(new AnswerContext(
            question,
            [.. found.Select(document => _hits[document])],
            [],
            HasVectors: false,
            (_, _) => Task.FromResult<TermFrequencies?>(Counts(question))));
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

    private static SearchHit Hit(string text, int number) => new(
        Id(number), $"document-{number}.txt", Id(number), 0, text, 1.0 / number, Page: null, Section: null);

    private static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    /// <summary>What the database would count.</summary>
    private TermFrequencies Counts(string question) => new(
        _hits.Count,
        question.Split(' ').Select(word => word.Trim('?', '.', ',', '"', '(', ')')).Distinct().Where(word => word.Length > 0)
            .ToDictionary(
                word => word, word => _terms.Terms(word) is [var term, ..] ? _counts.GetValueOrDefault(term) : _hits.Count));
}
