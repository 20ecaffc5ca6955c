using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using RagAspire.Database;
using RagAspire.Security;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Security;

/// <summary>Limits that hold over several processes.</summary>
public sealed class SharedLimitTests(Stores stores)
{
    private static readonly SharedLimit Limit = new("requests", PerSecond: 2, Burst: 10);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void A_process_grants_a_burst_and_then_the_rate()
    {
        var time = new FakeTimeProvider();
        var limits = new SharedLimits(time);

        Assert.Equal(10, Granted(limits, "a"));
        Assert.Equal(10, Granted(limits, "b"));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(4, Granted(limits, "a"));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(10, Granted(limits, "a"));
    }

    [Fact]
    public void What_another_process_has_granted_is_gone_here_too_and_comes_back_at_the_rate()
    {
        var time = new FakeTimeProvider();
        var (one, other) = (new SharedLimits(time), new SharedLimits(time));
        Assert.Equal(10, Granted(one, "a"));

        other.Apply(one.Report());

        Assert.Equal(0, Granted(other, "a"));
        Assert.Equal(10, Granted(other, "b"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Granted(other, "a"));
        Assert.Equal(2, Granted(one, "a"));
    }

    /// <summary>Two processes that grant a burst before they hear of each other pay it back, and no more than once.</summary>
    [Fact]
    public void A_limit_that_was_exceeded_between_two_reports_is_paid_back()
    {
        var time = new FakeTimeProvider();
        var (one, other) = (new SharedLimits(time), new SharedLimits(time));
        Assert.Equal(20, Granted(one, "a") + Granted(other, "a"));
        var (first, second) = (one.Report(), other.Report());
        one.Apply(second);
        other.Apply(first);

        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, Granted(one, "a") + Granted(other, "a"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, Granted(one, "a"));
        Assert.Equal(2, Assert.Single(one.Report()).Count);
    }

    [Fact]
    public async Task Processes_of_one_installation_hear_of_each_other_by_Redis_and_of_no_other_installation()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var other = await StartAsync(database);
        await using var stranger = await StartAsync(await stores.CreateDatabaseAsync());
        var never = new SharedLimit("once", PerSecond: 0.0001, Burst: 1);
        var key = 0;

        // A process hears nothing before it listens, so one key after the other is used up until it does.
        await Eventually.TrueAsync(
            async () =>
            {
                key++;
                Assert.True(one.Get<SharedLimits>().TryTake(never, $"{key}"));
                await Task.Delay(300, Cancelled);
                return !other.Get<SharedLimits>().TryTake(never, $"{key}");
            },
            TimeSpan.FromSeconds(60), () => "The processes do not hear of each other.", Cancelled);

        Assert.True(stranger.Get<SharedLimits>().TryTake(never, $"{key}"));
    }

    private static int Granted(SharedLimits limits, string key) =>
        Enumerable.Range(0, 100).Count(_ => limits.TryTake(Limit, key));

    private async Task<CoreServices> StartAsync(string database)
    {
        var core = await CoreServices.CreateAsync(stores, database);
        await core.Get<DatabaseStartup>().StartAsync(Cancelled);
        await core.Get<IEnumerable<IHostedService>>().OfType<SharedLimitExchange>().Single().StartAsync(Cancelled);
        return core;
    }
}
