using Microsoft.Extensions.Options;
using RagAspire.Security;

namespace RagAspire.Answers.Sessions;

/// <summary>Continues sessions, and bounds how many of them a key begins.</summary>
public sealed class SessionHistory(
    AnswerStore store,
    SharedLimits limits,
    SessionMetrics metrics,
    IOptions<AnswerOptions> answers,
    IOptions<SessionOptions> options)
{
    private readonly SharedLimit _limit = new("sessions", options.Value.PerSecondAndKey, options.Value.BurstPerKey);

    /// <summary>The newest turns of the question's session, oldest first; null when the question begins one.</summary>
    /// <exception cref="SessionLimitException">It may not begin one now.</exception>
    public async Task<IReadOnlyList<SessionTurn>?> TurnsAsync(Question question, CancellationToken cancellationToken)
    {
        var turns = question.SessionId is { } session
            ? await store.TurnsAsync(
                session, question.Collection, question.KeyId, answers.Value.HistoryTurns, cancellationToken)
            : null;
        if (turns is null && !limits.TryTake(_limit, question.KeyId))
        {
            metrics.Refused();
            throw new SessionLimitException(
                "This key begins too many sessions: send the sessionId of an earlier answer to continue it, or wait.");
        }

        return question.History is { } told ? [.. told.TakeLast(answers.Value.HistoryTurns)] : turns;
    }
}

/// <summary>A key begins more sessions than it may.</summary>
public sealed class SessionLimitException(string reason) : Exception(reason);
