using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using RagAspire.Answers.Generation;
using RagAspire.Answers.Sessions;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Usage;
using RagAspire.Usage.Budgets;

namespace RagAspire.Answers;

/// <summary>Answers a question from one collection: reads the session, searches, writes, and records the answer.</summary>
public sealed class AnswerService(
    SearchService search,
    QuestionRewriter rewriter,
    AnswerWriter writer,
    SessionHistory sessions,
    ResponseCache cache,
    AnswerRecorder recorder)
{
    private const string CacheName = "answer";

    /// <summary>The answer as it is written.</summary>
    /// <exception cref="BudgetExceededException">Before the first event: the key may not use a model.</exception>
    /// <exception cref="SessionLimitException">Before the first event: the key begins too many sessions.</exception>
    public async IAsyncEnumerable<AnswerEvent> AskAsync(
        Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = AnswerTelemetry.Source.StartActivity("answer");
        var turns = await sessions.TurnsAsync(question, cancellationToken);
        if (turns is null)
        {
            question = question with { SessionId = null };
        }

        var history = turns ?? [];

        // Earlier turns change the meaning of a question, so only the first question of a session is cached.
        var key = history.Count == 0 ? Key(question) : null;
        var (cached, right) = await cache.GetOrEnterAsync<CachedAnswer>(CacheName, key, !question.IsStreamed, cancellationToken);
        using var flight = right;
        var events = cached is not null
            ? AnswerFromCacheAsync(question, cached, startedAt, cancellationToken)
            : GenerateAsync(question, history, key, startedAt, cancellationToken);
        await foreach (var step in events)
        {
            if (step is DoneEvent { Answer: var answer })
            {
                // Now, and not when a slow consumer has taken the last step.
                flight.Dispose();
                activity?.SetTag("rag.kind", answer.Kind.Word()).SetTag("rag.cached", answer.Cached);
            }

            yield return step;

            // After a yield the consumer's activity is current; the rest of the answer belongs to this one.
            Activity.Current = activity ?? Activity.Current;
        }
    }

    private async IAsyncEnumerable<AnswerEvent> AnswerFromCacheAsync(
        Question question, CachedAnswer cached, long startedAt, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SourcesEvent(cached.Sources);
        yield return new DoneEvent(await RecordAsync(question, cached.Draft, isCached: true, startedAt, cancellationToken));
    }

    private async IAsyncEnumerable<AnswerEvent> GenerateAsync(
        Question question,
        IReadOnlyList<SessionTurn> history,
        CacheKey? key,
        long startedAt,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var usage = new UsageContext(question.KeyId, question.Collection, UsageKind.Answer);
        var query = new SearchQuery(
            await rewriter.SearchTextAsync(question.Text, history, usage, cancellationToken),
            question.Collection,
            question.Limit,
            SearchMode.Hybrid,
            ReadOnlyDictionary<string, string>.Empty)
        {
            KeyId = question.KeyId,
            Groups = question.Groups,
            Filter = question.Filter,
        };
        var found = await search.SearchAsync(query, cancellationToken);
        var writing = writer.Begin(new AnswerContext(
            question.Text,
            found.Hits,
            history,
            HasVectors: found.Level is RetrievalLevel.Hybrid or RetrievalLevel.Vector,
            CountTerms: (text, token) => search.CountTermsAsync(text, question.Collection, token))
        {
            Neighbours = await search.NeighboursAsync(found.Hits.Take(writer.Neighbours), query, cancellationToken),
            Usage = usage,
        });
        using var admission = await writing.AdmitAsync(cancellationToken);
        yield return new SourcesEvent(writing.Sources);
        await foreach (var token in writing.TokensAsync(cancellationToken))
        {
            yield return new TokenEvent(token);
        }

        var draft = writing.Draft;
        if (draft.Degraded is null && found.Level == RetrievalLevel.FullText)
        {
            draft = draft with { Degraded = found.Degraded };
        }

        if (draft.Degraded is null && !found.HasOutage)
        {
            var kept = new CachedAnswer(writing.Sources, draft with { Call = null });
            cache.Set(CacheName, key, kept, Stopwatch.GetElapsedTime(startedAt));
        }

        var answer = await RecordAsync(question, draft, isCached: false, startedAt, cancellationToken);
        yield return new DoneEvent(answer) { Call = draft.Call };
    }

    private async Task<Answer> RecordAsync(
        Question question, AnswerDraft draft, bool isCached, long startedAt, CancellationToken cancellationToken)
    {
        var answer = new Answer(
            Guid.CreateVersion7(),
            question.SessionId ?? Guid.CreateVersion7(),
            draft.Text,
            draft.Kind,
            draft.Model,
            draft.Citations,
            draft.Degraded,
            isCached,
            Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);
        await recorder.RecordAsync(question, answer, draft.Call, cancellationToken);
        return answer;
    }

    /// <summary>Where the answer to a question is cached; null when nothing may be cached now.</summary>
    internal CacheKey? Key(Question question) => cache.Key(
        CacheName,
        question.Collection,
        new
        {
            question.Text,
            question.Limit,
            question.Groups,
            Filter = question.Filter?.Text,
            writer.Model,
            Search = search.Settings,
            Answer = writer.Settings,
        });

    private sealed record CachedAnswer(IReadOnlyList<Source> Sources, AnswerDraft Draft);
}
