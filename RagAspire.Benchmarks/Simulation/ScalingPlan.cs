using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Simulation;

/// <summary>How many of each part a number of chunks and a rate need.</summary>
/// <param name="ApiReplicas">Of four cores each.</param>
/// <param name="Percentile95">Seconds of the API's work and its queue, as simulated.</param>
/// <param name="Shards">Nodes of Qdrant with 64 GiB that hold every chunk once; 0 where the index in the process suffices.</param>
/// <param name="ShardReplicas">How often each shard is there.</param>
/// <param name="DatabaseTerabytes">Of one copy.</param>
/// <param name="DatabaseReplicas">Servers of 16 cores that read.</param>
/// <param name="RedisNodes">Primaries.</param>
/// <param name="Workers">Of four cores, which ingest everything again within 30 days.</param>
/// <param name="Accelerators">For answers by a model.</param>
internal sealed record ScalingPlan(
    int ApiReplicas, double Percentile95, int Shards, int ShardReplicas, double DatabaseTerabytes, int DatabaseReplicas,
    int RedisNodes, int Workers, int Accelerators)
{
    private const double MostLoad = .7;
    private const double MostApiLoad = .85;
    private const double LongestResponse = 3.5;
    private const int ApiCores = 4;
    private const int DatabaseCores = 16;
    private const int QdrantCores = 16;
    private const double QdrantBytes = 64.0 * (1L << 30);
    private const double InProcessBytes = 3.0 * (1L << 30);
    private const double RebuildSeconds = 30 * 86_400;
    private const int Simulated = 200_000;

    // Two replicas, so that one may be replaced.
    private const int FewestReplicas = 2;

    public static ScalingPlan For(double chunks, double rate, UnitCosts costs)
    {
        var (replicas, delays) = Api(rate, costs);
        var inProcess = chunks * costs.InProcessBytesPerChunk <= InProcessBytes;
        var shards = inProcess ? 0 : Ceiling(chunks * costs.QdrantBytesPerChunk / (QdrantBytes * MostLoad));
        return new ScalingPlan(
            replicas, delays.Percentile95, shards,
            inProcess ? 0 : Math.Max(FewestReplicas, Servers(rate * costs.QdrantSeconds, QdrantCores)),
            chunks * costs.DatabaseBytesPerChunk / 1e12,
            Servers(rate * costs.DatabaseSeconds, DatabaseCores),
            Ceiling(rate * costs.RedisOperationsPerSearch / (costs.RedisOperationsPerSecond * MostLoad)),
            Ceiling(chunks / (costs.ChunksPerSecond * ApiCores * RebuildSeconds)),
            Ceiling(rate * costs.AnswerShare * costs.TokensPerAnswer / (costs.TokensPerSecond * MostLoad)));
    }

    /// <summary>
    /// The fewest replicas with reserves whose queue hardly adds to the 95th percentile, which alone is three times the mean.
    /// </summary>
    private static (int Replicas, QueueDelays Delays) Api(double rate, UnitCosts costs)
    {
        for (var replicas = Math.Max(FewestReplicas, Ceiling(rate * costs.ApiSeconds / ApiCores)); ; replicas++)
        {
            var servers = replicas * ApiCores;
            if (rate * costs.ApiSeconds < servers)
            {
                var delays = QueueSimulation.Run(
                    rate, random => QueueSimulation.Exponential(random, costs.ApiSeconds), servers, Simulated, seed: 1);
                if (delays.Percentile95 <= LongestResponse * costs.ApiSeconds && delays.Utilization <= MostApiLoad)
                {
                    return (replicas, delays);
                }
            }
        }
    }

    private static int Servers(double busyCores, int cores) => Ceiling(busyCores / (cores * MostLoad));

    private static int Ceiling(double number) => Math.Max(1, (int)Math.Ceiling(number));
}
