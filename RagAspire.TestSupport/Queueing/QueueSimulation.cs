namespace RagAspire.TestSupport.Queueing;

/// <summary>
/// Requests that arrive at random, independently of each other, and are served first come, first served by equal servers. With
/// random service times of an exponential distribution this is the queue M/M/c, whose mean wait is known by a formula.
/// </summary>
public static class QueueSimulation
{
    /// <param name="arrivalsPerSecond">Less than the servers can serve: else the queue has no end.</param>
    /// <param name="service">Draws the seconds that a request takes at a server.</param>
    /// <param name="requests">How many are simulated. A tenth of them comes before, while the queue builds up, and is not counted.</param>
    public static QueueDelays Run(
        double arrivalsPerSecond, Func<Random, double> service, int servers, int requests, int seed)
    {
        var random = new Random(seed);
        var free = new PriorityQueue<int, double>(servers);
        free.EnqueueRange(Enumerable.Range(0, servers), 0);
        var (now, busy, waited) = (0.0, 0.0, 0.0);
        var responses = new double[requests];
        for (var request = -requests / 10; request < requests; request++)
        {
            now += Exponential(random, 1 / arrivalsPerSecond);
            _ = free.TryPeek(out var server, out var freeAt);
            var (startedAt, took) = (Math.Max(now, freeAt), service(random));
            free.DequeueEnqueue(server, startedAt + took);
            if (request >= 0)
            {
                responses[request] = startedAt + took - now;
                waited += startedAt - now;
                busy += took;
            }
        }

        Array.Sort(responses);
        return new QueueDelays(
            waited / requests, responses[requests / 2], responses[requests * 95 / 100],
            busy / requests * arrivalsPerSecond / servers);
    }

    /// <summary>A random time of an exponential distribution.</summary>
    public static double Exponential(Random random, double mean) => -mean * Math.Log(1 - random.NextDouble());
}

/// <summary>The delays of a simulated queue.</summary>
/// <param name="MeanWait">Seconds before a server begins.</param>
/// <param name="Median">Of the seconds from arrival to response.</param>
/// <param name="Percentile95">Likewise.</param>
/// <param name="Utilization">How much of their time the servers are busy.</param>
public sealed record QueueDelays(double MeanWait, double Median, double Percentile95, double Utilization);
