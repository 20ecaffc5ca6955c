using Microsoft.Extensions.Time.Testing;
using RagAspire.Search;
using RagAspire.Search.Caching;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Search;

/// <summary>What several processes need at the same time one of them computes.</summary>
public sealed class SingleFlightTests(Stores stores)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_processes_that_search_for_the_same_at_the_same_time_one_asks_the_index()
    {
        await using var both = await TwoProcesses.StartAsync(stores, "Cache:Wait");
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        both.One.Index.Gate.Opening = opening.Task;

        var first = both.One.SearchAsync("fox");
        await both.One.Index.Gate.Entered.WaitAsync(Long, Token);
        var second = both.Other.SearchAsync("fox");
        await both.OtherWaits.WaitAsync(Long, Token);
        opening.SetResult();

        Assert.False((await first).Cached);
        Assert.True((await second).Cached);
        Assert.Equal((1, 0), (both.One.Index.Gate.Calls, both.Other.Index.Gate.Calls));
    }

    [Fact]
    public async Task Of_two_processes_that_search_for_the_same_words_in_other_ways_one_has_them_embedded()
    {
        await using var both = await TwoProcesses.StartAsync(stores, "Cache:Wait");
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        both.One.Embeddings.Gate.Opening = opening.Task;

        var first = both.One.SearchAsync("fox", SearchMode.Vector);
        await both.One.Embeddings.Gate.Entered.WaitAsync(Long, Token);
        var second = both.Other.SearchAsync("fox");
        await both.OtherWaits.WaitAsync(Long, Token);
        opening.SetResult();

        Assert.Equal((RetrievalLevel.Vector, RetrievalLevel.Hybrid), ((await first).Level, (await second).Level));
        Assert.Equal((1, 0), (both.One.Embeddings.Gate.Calls, both.Other.Embeddings.Gate.Calls));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_right_that_may_have_expired_is_given_back_only_by_its_holder(bool isHeldStill)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{stores.Redis},asyncTimeout=60000,syncTimeout=60000");
        var (name, time) = (stores.UniquePrefix(), new ClockWithoutTimers());
        var flight = await Flights(redis, time).EnterAsync(name, Long, Token);
        if (!isHeldStill)
        {
            await redis.GetDatabase().StringSetAsync($"{name}:flight", "the token of another holder");
        }

        time.Advance(Flight.Lifetime);
        flight.Dispose();
        await flight.Release.WaitAsync(Long, Token);

        Assert.Equal(!isHeldStill, await redis.GetDatabase().KeyExistsAsync($"{name}:flight"));
    }

    [Fact]
    public async Task A_right_lasts_as_long_as_its_holder_computes_and_not_longer_than_its_process()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"{stores.Redis},asyncTimeout=60000,syncTimeout=60000");
        var (name, time, database) = (stores.UniquePrefix(), new FakeTimeProvider(), redis.GetDatabase());
        using var flight = await Flights(redis, time).EnterAsync(name, Long, Token);
        Assert.InRange((await LeftAsync())!.Value, TimeSpan.Zero, Flight.Lifetime);

        // Nothing but the renewal shortens it again.
        await database.KeyExpireAsync($"{name}:flight", TimeSpan.FromHours(1));
        time.Advance(Flight.Lifetime / 2);

        await Eventually.TrueAsync(
            async () => await LeftAsync() <= Flight.Lifetime, Long, () => "The right was not renewed.", Token);

        Task<TimeSpan?> LeftAsync() => database.KeyTimeToLiveAsync($"{name}:flight");
    }

    private static SingleFlight Flights(IConnectionMultiplexer redis, TimeProvider time) =>
        new(redis, new CacheOptions { Patience = Long }, time);

    /// <summary>Time goes by, and nothing is renewed.</summary>
    private sealed class ClockWithoutTimers : FakeTimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
