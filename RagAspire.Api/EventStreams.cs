using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using RagAspire.Api.Security;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Sends results as server-sent events. A failure after the first event is sent as a last event, <c>error</c>.</summary>
internal sealed partial class EventStreams(
    IOptions<LimitOptions> limits, IHostApplicationLifetime lifetime, ApiMetrics metrics, ILogger<EventStreams> logger)
    : IDisposable
{
    private readonly PartitionedRateLimiter<string> _places = PartitionedRateLimiter.Create<string, string>(
        key => RateLimitPartition.GetConcurrencyLimiter(key, _ => new ConcurrencyLimiterOptions
        {
            PermitLimit = limits.Value.EventStreamsPerKey,
            QueueLimit = 0,
        }));

    /// <summary>Opens a stream that ends when this process stops; its client goes on at another and misses nothing.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    public Task<ServerSentEventsResult<object>> WatchAsync<T>(
        Caller caller,
        Func<CancellationToken, IAsyncEnumerable<T>> watch,
        Func<T, SseItem<object>> toItem,
        CancellationToken cancellationToken) =>
        OpenAsync(caller, UntilStopAsync(watch, cancellationToken), toItem, cancellationToken);

    /// <summary>Waits for the first event, so that a failure before it is still answered with a status of its own.</summary>
    /// <param name="toItem">The name and the JSON of an event.</param>
    /// <exception cref="BadHttpRequestException">429: the key has too many streams open.</exception>
    public async Task<ServerSentEventsResult<object>> OpenAsync<T>(
        Caller caller, IAsyncEnumerable<T> events, Func<T, SseItem<object>> toItem, CancellationToken cancellationToken)
    {
        var place = _places.AttemptAcquire(caller.Id);
        if (!place.IsAcquired)
        {
            place.Dispose();
            metrics.Refused(RefusalLimits.EventStreams);
            throw new BadHttpRequestException(
                $"This key has {limits.Value.EventStreamsPerKey} event streams open: close one first.",
                StatusCodes.Status429TooManyRequests);
        }

        var reader = events.GetAsyncEnumerator(cancellationToken);
        try
        {
            var hasFirst = await reader.MoveNextAsync();
            return TypedResults.ServerSentEvents(ReadAsync(place, reader, hasFirst, toItem, cancellationToken));
        }
        catch
        {
            await reader.DisposeAsync();
            place.Dispose();
            throw;
        }
    }

    public void Dispose() => _places.Dispose();

    private async IAsyncEnumerable<T> UntilStopAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> watch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await using var reader = watch(end.Token).GetAsyncEnumerator(end.Token);
        while (true)
        {
            var hasNext = false;
            try
            {
                hasNext = await reader.MoveNextAsync();
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The process stops.
            }

            if (!hasNext)
            {
                yield break;
            }

            yield return reader.Current;
        }
    }

    private async IAsyncEnumerable<SseItem<object>> ReadAsync<T>(
        RateLimitLease place,
        IAsyncEnumerator<T> reader,
        bool hasNext,
        Func<T, SseItem<object>> toItem,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using (reader)
        using (place)
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
