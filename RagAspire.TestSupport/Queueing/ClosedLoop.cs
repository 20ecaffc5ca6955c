using System.Collections.Concurrent;
using System.Diagnostics;

namespace RagAspire.TestSupport.Queueing;

/// <summary>
/// Clients that each wait for an answer before they ask again: the most that a server can do for so many at once. Latencies of
/// a stall are counted once for each client; <see cref="OpenLoop"/> counts them for each request.
/// </summary>
public static class ClosedLoop
{
    /// <param name="length">After it no client asks again; each asks once at least.</param>
    /// <param name="send">Sends a request and returns whether it succeeded; called by all clients at once.</param>
    public static async Task<LoopResult> RunAsync(int clients, TimeSpan length, Func<Task<bool>> send)
    {
        var (took, failed, watch) = (new ConcurrentQueue<TimeSpan>(), 0, Stopwatch.StartNew());
        await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            do
            {
                var sentAt = watch.Elapsed;
                if (await send())
                {
                    took.Enqueue(watch.Elapsed - sentAt);
                }
                else
                {
                    Interlocked.Increment(ref failed);
                }
            }
            while (watch.Elapsed < length);
        })));
        return new LoopResult([.. took], failed, watch.Elapsed);
    }
}
