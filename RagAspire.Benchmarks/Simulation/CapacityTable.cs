using System.Globalization;

namespace RagAspire.Benchmarks.Simulation;

/// <summary>
/// <c>simulate</c>: how many of each part a system needs, from unit costs and a simulated queue. With <c>--check true</c> the
/// costs are measured first, and the simulated delays are compared with those of a real API.
/// </summary>
internal sealed class CapacityTable(TextWriter output)
{
    private const string Usage = "Usage: simulate [--check true] [--documents <number>]";
    private static readonly double[] Chunks = [1e6, 1e8, 1e10];
    private static readonly double[] Rates = [10, 1e3, 1e5];

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--check", "--documents");
        var documents = (int)(read?.Number("--documents", 200) ?? 0);
        if (documents < 1)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        var costs = new UnitCosts();
        if (read!.Text("--check") == "true")
        {
            costs = await new MeasuredPoint(output).MeasureAsync(costs, documents, cancellationToken);
        }

        output.WriteLine("| chunks | requests/s | APIs (p95) | Qdrant shards × replicas | PostgreSQL | readers | Redis | workers | accelerators |");
        output.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var chunks in Chunks)
        {
            foreach (var rate in Rates)
            {
                Print(chunks, rate, ScalingPlan.For(chunks, rate, costs));
            }
        }

        return 0;
    }

    private void Print(double chunks, double rate, ScalingPlan plan)
    {
        var index = plan.Shards == 0 ? "in process" : $"{plan.Shards} × {plan.ShardReplicas}";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| 10^{Math.Log10(chunks):0} | {rate:0} | {plan.ApiReplicas} ({plan.Percentile95 * 1000:0} ms) | {index} "
            + $"| {plan.DatabaseTerabytes:0.###} TB | {plan.DatabaseReplicas} | {plan.RedisNodes} | {plan.Workers} | {plan.Accelerators} |"));
    }
}
