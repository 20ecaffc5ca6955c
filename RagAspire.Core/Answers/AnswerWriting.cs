using System.Runtime.CompilerServices;
using RagAspire.Answers.Citations;
using RagAspire.Answers.Extractive;
using RagAspire.Answers.Generation;
using RagAspire.Usage.Budgets;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers;

/// <summary>One answer while it is written: its sources at once, its text token by token, and at the end the draft.</summary>
public sealed class AnswerWriting
{
    private readonly AnswerModel _model;
    private readonly QuestionTerms _terms;
    private readonly AnswerOptions _options;
    private readonly PreparedQuestion _question;
    private AnswerDraft? _draft;

    internal AnswerWriting(AnswerModel model, QuestionTerms terms, AnswerOptions options, PreparedQuestion question)
    {
        (_model, _terms, _options, _question) = (model, terms, options, question);
        Sources = [.. question.Sources.Select(source => source.Shown)];
    }

    /// <summary>The sources that the answer may cite, numbered from 1.</summary>
    public IReadOnlyList<Source> Sources { get; }

    /// <summary>The whole answer, once all tokens have been read.</summary>
    public AnswerDraft Draft => _draft ?? throw new InvalidOperationException("The answer is still being written.");

    /// <summary>Admits the call of the model, where there will be one, until the result is disposed.</summary>
    /// <exception cref="BudgetExceededException">The budget of the key is spent.</exception>
    public async Task<IDisposable?> AdmitAsync(CancellationToken cancellationToken) =>
        _question.AsksModel ? await _model.AdmitAsync(_question.Context.Usage.KeyId, cancellationToken) : null;

    /// <summary>Writes the answer. When reading stops, the call of the model does too.</summary>
    public async IAsyncEnumerable<string> TokensAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hasText = false;
        if (_question.AsksModel)
        {
            await foreach (var token in ModelTokensAsync(cancellationToken))
            {
                hasText = true;
                yield return token;
            }
        }

        _draft ??= await ExtractAsync(_question.Obstacle, call: null, cancellationToken);
        if (!hasText)
        {
            yield return _draft.Text;
        }
    }

    private async IAsyncEnumerable<string> ModelTokensAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var context = _question.Context;
        var progress = _model.Begin(context.Usage);
        var stream = new AnswerStream(_question.Sources.Count);
        var messages = Prompt.Messages(context.Question, _question.Sources, context.History, _options);
        await using var pieces = _model.StreamAsync(messages, progress, cancellationToken).GetAsyncEnumerator(cancellationToken);
        var failure = default(string);
        for (var hasMore = true; hasMore;)
        {
            var text = "";
            try
            {
                hasMore = await pieces.MoveNextAsync();
                text = hasMore ? stream.Push(pieces.Current) : stream.Finish();
            }
            catch (ModelUnavailableException exception)
            {
                (failure, hasMore) = (exception.Message, false);
            }

            if (text.Length > 0)
            {
                yield return text;
            }
        }

        _draft = failure is null
            ? await CheckAsync(stream, progress, cancellationToken)
            : await ExtractAsync(failure, progress.ToCall(), cancellationToken);
    }

    /// <summary>The model's answer with its citations, or an extractive answer when the sources do not support it.</summary>
    private async Task<AnswerDraft> CheckAsync(AnswerStream stream, ModelProgress progress, CancellationToken cancellationToken)
    {
        var call = progress.ToCall();
        if (stream.IsNoAnswer)
        {
            return new AnswerDraft(AnswerWriter.NoAnswer, AnswerKind.None, progress.Model, [], null, call);
        }

        var text = progress.IsCut ? WholeSentences(stream.Text) : stream.Text.Trim();
        if (text.Length == 0)
        {
            return await ExtractAsync($"the model {progress.Model} gave no answer", call, cancellationToken);
        }

        if (Prompt.IsRepeatedBy(text))
        {
            return await ExtractAsync($"the model {progress.Model} repeated its instructions", call, cancellationToken);
        }

        var matcher = new CitationMatcher(_question.Sentences, _terms);
        var (cited, citations) = matcher.Cite(text);
        if (citations.Count == 0)
        {
            if (matcher.CiteWhole(text, _terms.ContentTerms(_question.FullQuestion)) is not { } whole)
            {
                return await ExtractAsync($"the model {progress.Model} gave an answer that no source holds", call, cancellationToken);
            }

            (cited, citations) = whole;
        }

        return new AnswerDraft(cited, AnswerKind.Generated, progress.Model, citations, null, call);
    }

    private async Task<AnswerDraft> ExtractAsync(string? degraded, ModelCall? call, CancellationToken cancellationToken)
    {
        var counts = _question.Context.CountTerms is { } count ? await count(_question.FullQuestion, cancellationToken) : null;
        var chosen = ExtractiveAnswer.Compose(
            new AskedQuestion(_question.Context.Question, _question.Before, _terms),
            _question.Sentences,
            new TermWeights(counts, _terms),
            _options.ExtractiveSentences);
        return chosen.Count == 0
            ? new AnswerDraft(AnswerWriter.NoAnswer, AnswerKind.None, null, [], degraded, call)
            : new AnswerDraft(
                ExtractiveAnswer.Text(chosen), AnswerKind.Extractive, null, ExtractiveAnswer.Citations(chosen), degraded, call);
    }

    /// <summary>Drops the last sentence if the token limit cut it, unless it is the only one.</summary>
    private static string WholeSentences(string text)
    {
        var sentences = Sentences.Split(text);
        return sentences.Count > 1 && !Sentences.IsEnded(text) ? text[..sentences[^2].End] : text.Trim();
    }
}
