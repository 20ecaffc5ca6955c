using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>Records what was answered: the row that feedback and sessions need, and the figures.</summary>
public sealed partial class AnswerObserver(
    AnswerStore store, AnswerMetrics metrics, IOptions<AnswerOptions> options, ILogger<AnswerObserver> logger)
{
    internal static ActivitySource Source { get; } = new("RagAspire.Answers");

    public int HistoryTurns => options.Value.HistoryTurns;

    public async Task AnsweredAsync(Question question, Answer answer, ModelCall? call, CancellationToken cancellationToken)
    {
        metrics.Answered(answer.Kind, answer.Cached, answer.TookMs / 1000);
        if (call is not null)
        {
            metrics.ModelCalled(call);
        }

        try
        {
            await store.AddAsync(question, answer, cancellationToken);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            // The answer is written and is worth more than its record.
            Log.NotRecorded(logger, answer.AnswerId, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Answer {AnswerId} was given but could not be recorded: {Reason}")]
        public static partial void NotRecorded(ILogger logger, Guid answerId, string reason);
    }
}
