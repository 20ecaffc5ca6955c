using System.Globalization;
using RagAspire.TestSupport.Queueing;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>A load on one server.</summary>
/// <param name="CpuSeconds">Of the server's process meanwhile.</param>
internal sealed record Measured(LoopResult Load, double CpuSeconds)
{
    /// <summary>CPU seconds of the server for a thousand requests.</summary>
    public double CpuPerThousand => CpuSeconds / (Load.Took.Count + Load.Failed) * 1000;

    public static async Task<Measured> RunAsync(Target target, Func<Task<LoopResult>> load)
    {
        var before = target.CpuSeconds;
        return new Measured(await load(), target.CpuSeconds - before);
    }

    public static Measured Joined(IReadOnlyCollection<Measured> rounds) =>
        new(LoopResult.Joined([.. rounds.Select(round => round.Load)]), rounds.Sum(round => round.CpuSeconds));

    /// <summary>A row of the table, after the name of the load.</summary>
    public override string ToString()
    {
        var latencies = new Latencies(Load.Took);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Load.PerSecond:0} | {latencies.At(.5):0.0} | {latencies.At(.95):0.0} | {latencies.At(.99):0.0} | {Load.Failed} "
            + $"| {CpuPerThousand:0.00} | {1000 / CpuPerThousand:0}");
    }
}
