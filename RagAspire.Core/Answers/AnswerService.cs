using System.Diagnostics;
using System.Runtime.CompilerServices;
using RagAspire.Search;
using RagAspire.Search.Caching;

namespace RagAspire.Answers;

/// <summary>The whole answer, with the session and the cache it belongs to; the last event of a stream.</summary>
public sealed record AnswerGiven(Answer Answer) : AnswerEvent;

/// <summary>Answers a question from one collection: session, search, writing, and the record of it.</summary>
public sealed class AnswerService(
    SearchService search, AnswerWriter writer, AnswerStore store, ResponseCache cache, AnswerObserver observer)
{
    private const string CacheName = "answer";

    /// <summary>The answer as it comes: sources, pieces of text, and <see cref="AnswerGiven"/> once and last.</summary>
    public async IAsyncEnumerable<AnswerEvent> AskAsync(
        Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var activity = AnswerObserver.Source.StartActivity("answer");
        var history = question.SessionId is { } session
            ? await store.TurnsAsync(session, question.Collection, observer.HistoryTurns, cancellationToken)
            : [];

        // What was said before changes what a question means, so only opening questions are kept.
        var key = history.Count == 0 ? cache.Key(CacheName, question.Collection, new { question.Text, question.Limit }) : null;
        var kept = await cache.GetAsync<KeptAnswer>(CacheName, key, cancellationToken);
        var sources = kept?.Sources;
        var written = kept?.Answer;
        if (kept is not null)
        {
            yield return new SourcesRead(kept.Sources);
            Resume(activity);
        }
        else
        {
            await foreach (var step in WriteAsync(question, history, cancellationToken))
            {
                (sources, written) = step switch
                {
                    SourcesRead read => (read.Sources, written),
                    AnswerWritten whole => (sources, whole.Answer),
                    _ => (sources, written),
                };
                if (step is not AnswerWritten)
                {
                    yield return step;
                    Resume(activity);
                }
            }
        }

        if (kept is null && written is { Degraded: null })
        {
            cache.Set(CacheName, key, new KeptAnswer(sources!, written with { Call = null }));
        }

        var took = Stopwatch.GetElapsedTime(startedAt);
        var answer = new Answer(
            Guid.CreateVersion7(), question.SessionId ?? Guid.CreateVersion7(), written!.Text, written.Kind, written.Model,
            written.Citations, written.Degraded, kept is not null, took.TotalMilliseconds);
        activity?.SetTag("rag.kind", answer.Kind).SetTag("rag.cached", answer.Cached);
        await observer.AnsweredAsync(question, answer, written.Call, cancellationToken);
        yield return new AnswerGiven(answer);
    }

    private async IAsyncEnumerable<AnswerEvent> WriteAsync(
        Question question, IReadOnlyList<Turn> history, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await search.SearchAsync(
            new SearchQuery(SearchText(question.Text, history), question.Collection, question.Limit, SearchMode.Hybrid, NoTags),
            cancellationToken);
        var request = new AnswerRequest(
            question.Text,
            found.Hits,
            history,
            ByMeaning: found.Level is RetrievalLevel.Hybrid or RetrievalLevel.Vector,
            CountWords: (text, token) => search.CountTermsAsync(text, question.Collection, token));
        await foreach (var step in writer.WriteAsync(request, cancellationToken))
        {
            yield return step is AnswerWritten whole && whole.Answer.Degraded is null && found.Level == RetrievalLevel.FullText
                ? new AnswerWritten(whole.Answer with { Degraded = found.Degraded })
                : step;
        }
    }

    /// <summary>Who reads on brings a context of their own; what follows belongs to the answer all the same.</summary>
    private static void Resume(Activity? activity) => Activity.Current = activity ?? Activity.Current;

    /// <summary>A short question that continues a session ("And in 2022?") is searched together with the one before.</summary>
    private static string SearchText(string question, IReadOnlyList<Turn> history) =>
        history.Count > 0 && question.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < 6
            ? $"{history[^1].Question} {question}"
            : question;

    private static readonly Dictionary<string, string> NoTags = [];

    private sealed record KeptAnswer(IReadOnlyList<AnswerSource> Sources, WrittenAnswer Answer);
}
