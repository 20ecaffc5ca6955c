using Microsoft.Extensions.Options;
using RagAspire.Answers.Extractive;
using RagAspire.Answers.Generation;
using RagAspire.Answers.Sessions;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers;

/// <summary>Writes answers with checked citations from a question and the chunks that were found for it.</summary>
/// <remarks>Without a model, or when the model fails, the answer is extractive: writing never fails because of a model.</remarks>
public sealed class AnswerWriter(AnswerModel model, TextAnalyzer analyzer, IOptions<AnswerOptions> options)
{
    /// <summary>The text of an answer of the kind <see cref="AnswerKind.None"/>.</summary>
    public const string NoAnswer = "I don't know: the documents hold no answer to this question.";

    /// <summary>With fewer tokens for sources than this, calling the model is pointless.</summary>
    private const int LeastRoom = 200;

    private readonly QuestionTerms _terms = new(analyzer);
    private readonly AnswerOptions _options = options.Value;

    /// <summary>The model's name; null where none is configured.</summary>
    public string? Model => model.Name;

    /// <summary>
    /// Of how many hits the neighbours are of use. A model judges them; extraction takes too many of them for an answer.
    /// </summary>
    public int Neighbours => model.Name is null ? 0 : _options.Neighbours;

    /// <summary>What an answer depends on beside the question and the model.</summary>
    public object Settings => _options;

    /// <summary>Selects the sources of an answer, and decides whether the model is asked.</summary>
    public AnswerWriting Begin(AnswerContext context)
    {
        ArgumentNullException.ThrowIfNull(context);

        // A short question that continues a session ("And in 2022?") is about the subject of the question before.
        var continues = context.History.Count > 0 && _terms.ContentTerms(context.Question).Count < 3;
        var before = continues ? FollowUp.SearchText(context.History[^1].Question, context.History.SkipLast(1).ToList()) : null;
        var room = model.Name is null ? int.MaxValue : Prompt.SourceBudget(context.Question, context.History, _options);
        var fits = room >= LeastRoom;
        var sources = SourceSelection.From(context.Hits, fits ? room : _options.SourceTokens, context.Neighbours);
        var sentences = SourceSentences.Read(sources, _terms);
        var relevance = Relevance.Of($"{before} {context.Question}", sentences, new TermWeights(null, _terms));
        var asksModel = model.Name is not null && fits && sources.Count > 0 && (context.HasVectors || relevance.IsWorthAsking);
        var prepared = new PreparedQuestion(context, before, sources, sentences)
        {
            AsksModel = asksModel,
            Obstacle = fits ? null : "the question is too long for the model's window",
        };
        return new AnswerWriting(model, _terms, _options, prepared);
    }
}

/// <summary>A question with its sources.</summary>
/// <param name="Before">The question before, when this one is only understood together with it.</param>
internal sealed record PreparedQuestion(
    AnswerContext Context, string? Before, IReadOnlyList<SelectedSource> Sources, SourceSentences Sentences)
{
    public bool AsksModel { get; init; }

    /// <summary>Why the configured model is not asked; null when that is no fallback.</summary>
    public string? Obstacle { get; init; }

    /// <summary>The question together with the one that it continues.</summary>
    public string FullQuestion => $"{Before} {Context.Question}";
}
