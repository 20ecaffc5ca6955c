using Microsoft.Extensions.Logging;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>Records each answer: in the table that feedback and sessions need, and in the metrics.</summary>
public sealed partial class AnswerRecorder(AnswerStore store, AnswerMetrics metrics, ILogger<AnswerRecorder> logger)
{
    public async Task RecordAsync(Question question, Answer answer, ModelCall? call, CancellationToken cancellationToken)
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
            // The answer is there already; failing the request for its record would lose it.
            Log.NotRecorded(logger, answer.AnswerId, ex.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Answer {AnswerId} was given but could not be recorded: {Reason}")]
        public static partial void NotRecorded(ILogger logger, Guid answerId, string reason);
    }
}
