using System.Collections.Concurrent;
using System.Diagnostics;

namespace RagAspire.TestSupport.Queueing;

/// <summary>
/// Requests that arrive at a rate, whether or not earlier ones have been answered. Clients that wait for answers ask less while
/// a server stalls and so measure the stall hardly at all, which is called coordinated omission. Here a request's latency counts
/// from when it was due, so that the wait of each is part of it.
/// </summary>
public static class OpenLoop
{
    // What is due within it is sent at once: timers do not wait for less.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <summary>Times of arrivals at random and independent of each other, from zero on; the same for the same seed.</summary>
    public static IEnumerable<TimeSpan> Arrivals(double perSecond, TimeSpan length, int seed)
    {
        var random = new Random(seed);
        for (var dueAt = TimeSpan.Zero; dueAt < length;
            dueAt += TimeSpan.FromSeconds(QueueSimulation.Exponential(random, 1 / perSecond)))
        {
            yield return dueAt;
        }
    }

    /// <param name="arrivals">When each request is due, ascending.</param>
    /// <param name="send">Sends a request and returns whether it succeeded.</param>
    public static async Task<LoopResult> RunAsync(
        IEnumerable<TimeSpan> arrivals, Func<Task<bool>> send, CancellationToken cancellationToken)
    {
        var (took, failed, open) = (new ConcurrentQueue<TimeSpan>(), 0, new List<Task>());
        var watch = Stopwatch.StartNew();
        foreach (var dueAt in arrivals)
        {
            if (dueAt - watch.Elapsed is var early && early >= Tick)
            {
                await Task.Delay(early, cancellationToken);
            }

            var now = watch.Elapsed;
            open.Add(SendAsync(dueAt < now ? dueAt : now));
        }

        await Task.WhenAll(open);
        return new LoopResult([.. took], failed, watch.Elapsed);

        async Task SendAsync(TimeSpan dueAt)
        {
            if (await send())
            {
                took.Enqueue(watch.Elapsed - dueAt);
            }
            else
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}
