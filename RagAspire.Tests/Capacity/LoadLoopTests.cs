using RagAspire.TestSupport.Queueing;

namespace RagAspire.Tests.Capacity;

/// <summary>Loads of benchmarks: what they send when, and what they count.</summary>
public sealed class LoadLoopTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(.5, 50)]
    [InlineData(.95, 95)]
    [InlineData(.99, 99)]
    [InlineData(1, 100)]
    public void A_percentile_is_a_latency_that_so_many_have_not_exceeded(double quantile, double milliseconds)
    {
        var latencies = new Latencies(Enumerable.Range(1, 100).Reverse().Select(one => TimeSpan.FromMilliseconds(one)));

        Assert.Equal(milliseconds, latencies.At(quantile));
    }

    [Fact]
    public void Without_latencies_there_is_no_percentile() => Assert.Equal(double.NaN, new Latencies([]).At(.5));

    [Fact]
    public void Arrivals_are_at_random_with_the_rate_and_the_same_for_a_seed()
    {
        var length = TimeSpan.FromSeconds(100);

        var arrivals = OpenLoop.Arrivals(1000, length, seed: 1).ToList();

        Assert.Equal(arrivals, OpenLoop.Arrivals(1000, length, seed: 1));
        Assert.Equal(arrivals, arrivals.Order());
        Assert.True(arrivals[^1] < length);
        Assert.InRange(arrivals.Count, 99_000, 101_000);

        // Of exponential distances 1/e are longer than the mean; equal ones would be all or none.
        var gaps = arrivals.Zip(arrivals.Skip(1), (one, next) => next - one).ToList();
        Assert.InRange(gaps.Count(gap => gap > TimeSpan.FromMilliseconds(1)) / (double)gaps.Count, .36, .38);
    }

    /// <summary>The server stalls until the last request has arrived: each has waited since it was due.</summary>
    [Fact]
    public async Task A_stall_counts_for_each_request_that_was_due_meanwhile()
    {
        var arrivals = Enumerable.Range(0, 10).Select(number => TimeSpan.FromMilliseconds(10 * number)).ToList();
        var (sent, stall) = (0, new TaskCompletionSource());

        var load = await OpenLoop.RunAsync(arrivals, SendAsync, TestContext.Current.CancellationToken);

        Assert.Equal(arrivals.Count, load.Took.Count);
        Assert.All(
            load.Took.OrderDescending().Zip(arrivals),
            one => Assert.True(one.First >= arrivals[^1] - one.Second - TimeSpan.FromMilliseconds(1)));

        async Task<bool> SendAsync()
        {
            if (Interlocked.Increment(ref sent) == arrivals.Count)
            {
                stall.SetResult();
            }

            await stall.Task;
            return true;
        }
    }

    [Fact]
    public async Task Clients_wait_for_an_answer_before_they_ask_again()
    {
        var (open, most, sent) = (0, 0, 0);
        var gate = new Lock();

        var load = await ClosedLoop.RunAsync(3, TimeSpan.FromMilliseconds(50), SendAsync);

        Assert.InRange(most, 1, 3);
        Assert.Equal(sent, load.Took.Count + load.Failed);
        Assert.Equal(sent / 2, load.Failed);

        async Task<bool> SendAsync()
        {
            int number;
            lock (gate)
            {
                number = ++sent;
                most = Math.Max(most, ++open);
            }

            await Task.Yield();
            lock (gate)
            {
                open--;
            }

            return number % 2 == 1;
        }
    }

    [Fact]
    public void Rounds_are_joined_by_all_their_requests_and_their_time()
    {
        var load = LoopResult.Joined(
        [
            new LoopResult([TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)], 1, TimeSpan.FromSeconds(2)),
            new LoopResult([TimeSpan.FromSeconds(3)], 0, TimeSpan.FromSeconds(1)),
        ]);

        Assert.Equal(1, load.PerSecond);
        Assert.Equal(1, load.Failed);
        Assert.Equal(3, load.Took.Count);
    }
}
