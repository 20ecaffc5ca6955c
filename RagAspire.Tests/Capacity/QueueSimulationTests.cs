using RagAspire.TestSupport.Queueing;

namespace RagAspire.Tests.Capacity;

/// <summary>The simulation agrees with the queues whose delays are known by a formula.</summary>
public sealed class QueueSimulationTests
{
    private const double Service = .005;
    private const int Requests = 400_000;

    [Theory]
    [InlineData(1, .5)]
    [InlineData(1, .8)]
    [InlineData(2, .7)]
    [InlineData(8, .8)]
    [InlineData(40, .9)]
    public void Random_service_times_wait_as_Erlang_says(int servers, double utilization)
    {
        var rate = servers * utilization / Service;

        var simulated = QueueSimulation.Run(rate, Exponential, servers, Requests, seed: 1);

        var expected = ErlangC(servers, servers * utilization) * Service / (servers * (1 - utilization));
        Assert.InRange(simulated.MeanWait, .93 * expected, 1.07 * expected);
        Assert.InRange(simulated.Utilization, .99 * utilization, 1.01 * utilization);
    }

    /// <summary>Pollaczek and Khinchine: constant service times halve the wait.</summary>
    [Fact]
    public void Constant_service_times_wait_half_as_long()
    {
        var simulated = QueueSimulation.Run(.8 / Service, _ => Service, servers: 1, Requests, seed: 1);

        var expected = .8 * Service / (2 * (1 - .8));
        Assert.InRange(simulated.MeanWait, .95 * expected, 1.05 * expected);
    }

    /// <summary>The response of M/M/1 is exponential itself.</summary>
    [Fact]
    public void The_percentiles_are_those_of_the_response_and_not_of_the_wait()
    {
        var simulated = QueueSimulation.Run(.5 / Service, Exponential, servers: 1, Requests, seed: 2);

        Assert.InRange(simulated.Median, .97 * 2 * Service * Math.Log(2), 1.03 * 2 * Service * Math.Log(2));
        Assert.InRange(simulated.Percentile95, .97 * 2 * Service * Math.Log(20), 1.03 * 2 * Service * Math.Log(20));
    }

    private static double Exponential(Random random) => QueueSimulation.Exponential(random, Service);

    /// <summary>The probability of a wait, by the recursion of Erlang's B.</summary>
    private static double ErlangC(int servers, double load)
    {
        var blocked = Enumerable.Range(1, servers).Aggregate(1.0, (b, n) => load * b / (n + load * b));
        return blocked / (1 - load / servers * (1 - blocked));
    }
}
