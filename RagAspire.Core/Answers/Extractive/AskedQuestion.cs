using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>A question as it is understood: its languages, its subject, and what kind of answer it expects.</summary>
internal sealed class AskedQuestion
{
    private readonly QuestionTerms _terms;
    private readonly HashSet<string> _steps;

    /// <param name="before">The question that this one continues ("And in 2022?"); null when it stands alone.</param>
    public AskedQuestion(string question, string? before, QuestionTerms terms)
    {
        _terms = terms;
        (Own, Before, Text) = (question, before, $"{before} {question}".Trim());
        Languages = QuestionLanguages.Of(Text);
        Terms = terms.ContentTerms(question);
        Expected = ExpectedAnswers.Of(question) is var kind && kind == ExpectedAnswer.Anything && before is not null
            ? ExpectedAnswers.Of(before)
            : kind;
        _steps = [.. Languages.SelectMany(language => language.Matches(WordKind.Steps, question)).SelectMany(terms.Terms)];
        Counted = ExpectedAnswers.Counted(question) is { } counted
            ? counted with { Term = terms.Terms(counted.Word) is [var term] ? term : null }
            : null;
    }

    public string Own { get; }

    public string? Before { get; }

    /// <summary>The question after the one that it continues.</summary>
    public string Text { get; }

    public IReadOnlyList<QuestionLanguage> Languages { get; }

    /// <summary>Of the question's own subject.</summary>
    public IReadOnlyList<string> Terms { get; }

    public ExpectedAnswer Expected { get; }

    public CountedThing? Counted { get; }

    /// <summary>Whether a term is of a word for a procedure or its parts, which its text need not contain.</summary>
    public bool IsStep(string term) => _steps.Contains(term);

    public bool Has(WordKind kind) => Languages.Any(language => language.IsIn(kind, Own));

    /// <summary>The terms of another text.</summary>
    public IReadOnlyList<string> Analyze(string text) => _terms.Terms(text);

    /// <summary>The terms of the subject of another text.</summary>
    public IReadOnlyList<string> Subject(string text) => _terms.ContentTerms(text);
}
