using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Database;

public sealed class PollingServiceTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_polls_once_the_database_is_migrated_and_again_after_each_interval()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var (database, time) = (core.Get<DatabaseStartup>(), new WatchedTime());
        var migrated = new List<bool>();
        using var service = new Counter(database, time, _ => migrated.Add(database.IsMigrated));

        await service.StartAsync(Token);
        await database.StartAsync(Token);

        for (var poll = 1; poll <= 3; poll++)
        {
            Assert.Equal(Counter.Pause, await time.Waits.ReadAsync(Token));
            Assert.Equal(poll, service.Polls);
            time.Advance(Counter.Pause);
        }

        await service.StopAsync(Token);
        Assert.All(migrated, Assert.True);
    }

    [Fact]
    public async Task A_store_that_is_away_skips_a_poll_and_any_other_failure_ends_the_service()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var (database, time) = (core.Get<DatabaseStartup>(), new WatchedTime());
        await database.StartAsync(Token);
        using var service = new Counter(
            database, time, poll => throw (poll == 1 ? new NpgsqlException("away") : new InvalidOperationException("wrong")));

        await service.StartAsync(Token);
        await time.Waits.ReadAsync(Token);
        Assert.Equal(["away"], service.Reasons);
        time.Advance(Counter.Pause);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => service.ExecuteTask!);
        Assert.Equal("wrong", error.Message);
        Assert.Equal(2, service.Polls);
    }

    private sealed class Counter(DatabaseStartup database, TimeProvider time, Action<int> poll) : PollingService(database, time)
    {
        public static readonly TimeSpan Pause = TimeSpan.FromMinutes(7);

        public int Polls { get; private set; }

        public List<string> Reasons { get; } = [];

        protected override TimeSpan Interval => Pause;

        protected override Task PollAsync(CancellationToken cancellationToken)
        {
            poll(++Polls);
            return Task.CompletedTask;
        }

        protected override void Skipped(Exception exception) => Reasons.Add(exception.Message);
    }

    /// <summary>A clock that tells when a wait has begun, so that a test can end it.</summary>
    private sealed class WatchedTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

        public ChannelReader<TimeSpan> Waits => _waits.Reader;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            _waits.Writer.TryWrite(dueTime);
            return timer;
        }
    }
}
