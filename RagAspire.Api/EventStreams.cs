using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;

namespace RagAspire.Api;

/// <summary>Sends results as server-sent events. A failure after the first event is sent as a last event, <c>error</c>.</summary>
internal sealed partial class EventStreams(ILogger<EventStreams> logger)
{
    /// <summary>Waits for the first event, so that a failure before it is still answered with a status of its own.</summary>
    /// <param name="toItem">The name and the JSON of an event.</param>
    public async Task<ServerSentEventsResult<object>> OpenAsync<T>(
        IAsyncEnumerable<T> events, Func<T, SseItem<object>> toItem, CancellationToken cancellationToken)
    {
        var reader = events.GetAsyncEnumerator(cancellationToken);
        try
        {
            var hasFirst = await reader.MoveNextAsync();
            return TypedResults.ServerSentEvents(ReadAsync(reader, hasFirst, toItem, cancellationToken));
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    private async IAsyncEnumerable<SseItem<object>> ReadAsync<T>(
        IAsyncEnumerator<T> reader,
        bool hasNext,
        Func<T, SseItem<object>> toItem,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (reader)
        {
            while (hasNext)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return toItem(reader.Current);
                Exception? failure = null;
                try
                {
                    hasNext = await reader.MoveNextAsync();
                }
                catch (Exception ex) when (ex is not OperationCanceledException)
                {
                    (failure, hasNext) = (ex, false);
                }

                if (failure is not null)
                {
                    Log.BrokenOff(logger, failure);
                    var problem = ProblemExceptionHandler.ToProblem(failure);
                    Problems.AddTraceId(problem);
                    yield return new SseItem<object>(problem, "error");
                }
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A stream of server-sent events broke off")]
        public static partial void BrokenOff(ILogger logger, Exception exception);
    }
}
