using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using RagAspire.Answers.Citations;
using RagAspire.Answers.Extractive;
using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers;

/// <summary>Turns a question and the passages found for it into an answer with checked citations.</summary>
/// <remarks>Needs no model and never fails for one: without it, or when it fails, the answer is extractive.</remarks>
public sealed class AnswerWriter(AnswerModel model, TextAnalyzer analyzer, IOptions<AnswerOptions> options)
{
    /// <summary>What is said when the sources do not hold the answer.</summary>
    public const string NoAnswer = "I don't know: the documents hold no answer to this question.";

    /// <summary>Tokens for sources without which asking a model is pointless.</summary>
    private const int LeastRoom = 200;

    private readonly QuestionTerms _words = new(analyzer);
    private readonly AnswerOptions _options = options.Value;

    /// <summary>The answer as it comes: the sources, pieces of text, and the whole answer once and last.</summary>
    public async IAsyncEnumerable<AnswerEvent> WriteAsync(
        AnswerRequest request,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);

        var material = Read(request);
        yield return new SourcesRead([.. material.Sources.Select(source => source.Shown)]);

        var hasShown = false;
        var answer = default(WrittenAnswer);
        if (model.Name is not null && material.MayAskModel)
        {
            await foreach (var step in AskModelAsync(request, material, cancellationToken))
            {
                hasShown |= step is TokenWritten;
                answer = (step as AnswerWritten)?.Answer ?? answer;
                if (step is TokenWritten)
                {
                    yield return step;
                }
            }
        }

        answer ??= await WithoutModelAsync(material, material.Obstacle, call: null, cancellationToken);
        if (!hasShown)
        {
            yield return new TokenWritten(answer.Text);
        }

        yield return new AnswerWritten(answer);
    }

    private async IAsyncEnumerable<AnswerEvent> AskModelAsync(
        AnswerRequest request, Material material, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var progress = model.Begin();
        var stream = new AnswerStream(material.Sources.Count);
        var messages = Prompt.Messages(request.Question, material.Sources, request.History, _options);
        await using var pieces = model.StreamAsync(messages, progress, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var failure = default(string);
        for (var hasMore = true; hasMore;)
        {
            var shown = "";
            try
            {
                hasMore = await pieces.MoveNextAsync();
                shown = hasMore ? stream.Push(pieces.Current) : stream.Finish();
            }
            catch (ModelUnavailableException exception)
            {
                (failure, hasMore) = (exception.Message, false);
            }

            if (shown.Length > 0)
            {
                yield return new TokenWritten(shown);
            }
        }

        yield return new AnswerWritten(
            failure is null
                ? await FromModelAsync(stream, material, progress, cancellationToken)
                : await WithoutModelAsync(material, failure, progress.ToCall(), cancellationToken));
    }

    private Material Read(AnswerRequest request)
    {
        // A short question that continues a session ("And in 2022?") is about what the one before was about.
        var continues = request.History.Count > 0 && _words.ContentTerms(request.Question).Count < 3;
        var before = continues ? request.History[^1].Question : null;
        var room = model.Name is null ? int.MaxValue : Prompt.SourceBudget(request.Question, request.History, _options);
        var fits = room >= LeastRoom;
        var sources = SourceSelection.From(request.Hits, fits ? room : _options.SourceTokens);
        var evidence = SourceSentences.Read(sources, _words);
        var relevance = Relevance.Of($"{before} {request.Question}", evidence, new TermWeights(null, _words));
        return new Material(
            request.Question,
            before,
            sources,
            evidence,
            MayAskModel: fits && sources.Count > 0 && (request.ByMeaning || relevance.IsWorthAsking),
            request.CountWords,
            Obstacle: fits ? null : "the question is too long for the model's window");
    }

    private async Task<WrittenAnswer> FromModelAsync(
        AnswerStream stream, Material material, ModelProgress progress, CancellationToken cancellationToken)
    {
        var call = progress.ToCall();
        if (stream.IsNoAnswer)
        {
            return new WrittenAnswer(NoAnswer, AnswerKind.None, progress.Model, [], null, call);
        }

        var text = progress.IsCut ? WholeSentences(stream.Text) : stream.Text.Trim();
        if (text.Length == 0)
        {
            return await WithoutModelAsync(material, $"the model {progress.Model} gave no answer", call, cancellationToken);
        }

        var citer = new CitationMatcher(material.SourceSentences, _words);
        var (cited, citations) = citer.Cite(text);
        if (citations.Count == 0)
        {
            if (citer.CiteWhole(text, _words.ContentTerms(material.Asked)) is not { } whole)
            {
                return await WithoutModelAsync(material, $"the model {progress.Model} gave an answer that no source holds", call, cancellationToken);
            }

            (cited, citations) = whole;
        }

        return new WrittenAnswer(cited, AnswerKind.Generated, progress.Model, citations, null, call);
    }

    private async Task<WrittenAnswer> WithoutModelAsync(
        Material material, string? degraded, ModelCall? call, CancellationToken cancellationToken)
    {
        var counts = material.CountWords is { } count ? await count(material.Asked, cancellationToken) : null;
        var chosen = Relevance.Of(material.Asked, material.SourceSentences, new TermWeights(counts, _words)).IsEnoughToQuote
            ? ExtractiveAnswer.Choose(
                new SentenceScorer(material.Question, material.Before, material.SourceSentences, _words).Rank(), material.SourceSentences, _options.ExtractiveSentences)
            : [];
        return chosen.Count == 0
            ? new WrittenAnswer(NoAnswer, AnswerKind.None, null, [], degraded, call)
            : new WrittenAnswer(
                ExtractiveAnswer.Text(chosen), AnswerKind.Extractive, null, ExtractiveAnswer.Citations(chosen), degraded, call);
    }

    /// <summary>Without the sentence that the end of the room cut, unless it is the only one.</summary>
    private static string WholeSentences(string text)
    {
        var sentences = Sentences.Split(text);
        return sentences.Count > 1 && !Sentences.IsEnded(text) ? text[..sentences[^2].End] : text.Trim();
    }

    /// <summary>A question with what can be said about it.</summary>
    /// <param name="Before">The question before, where this one only makes sense with it.</param>
    private sealed record Material(
        string Question,
        string? Before,
        IReadOnlyList<NumberedSource> Sources,
        SourceSentences SourceSentences,
        bool MayAskModel,
        Func<string, CancellationToken, Task<TermFrequencies?>>? CountWords,
        string? Obstacle)
    {
        /// <summary>The question as it is meant.</summary>
        public string Asked => $"{Before} {Question}";
    }
}
