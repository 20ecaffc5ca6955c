using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Documents;

/// <summary>Watchers of a document, and what they cost the database.</summary>
public sealed class ProgressFeedTests(Stores stores)
{
    private const int Watchers = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Each round lets a second pass and waits until all watchers have gone on, by news that Redis delivers to them; nothing but
    /// the first and the last look at the row is a query.
    /// </summary>
    [Fact]
    public async Task While_Redis_delivers_the_row_is_read_at_the_beginning_and_at_the_end()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var core = await CoreServices.CreateAsync(
            stores, configure: services => services.AddSingleton<TimeProvider>(time));
        var redis = core.Get<IConnectionMultiplexer>();
        await Eventually.TrueAsync(() => Task.FromResult(redis.IsConnected), TimeSpan.FromSeconds(30), () => "Redis is away.", Token);
        var id = await core.UploadAsync("A text.");
        var document = (await core.Get<DocumentStore>().FindAsync(id, Token))!;
        var feed = core.Get<ProgressFeed>();

        using var queries = new QueryCount(core.Get<NpgsqlDataSource>());
        var watchers = Enumerable.Range(0, Watchers)
            .Select(_ => feed.WatchAsync(id, untilEmbedded: false, Token).GetAsyncEnumerator(Token)).ToList();
        await AllSeeAsync(watchers, progress: 0);
        Assert.Equal(Watchers, queries.Value);

        for (var round = 1; round <= 10; round++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await feed.PublishAsync(document with { Status = DocumentStatus.Processing, Progress = round });
            await AllSeeAsync(watchers, round);
        }

        Assert.Equal(Watchers, queries.Value);
        await core.Get<NpgsqlDataSource>().Command("update documents set status = 'failed' where id = $1", id).ExecuteAsync(Token);
        await feed.PublishAsync(document with { Status = DocumentStatus.Failed });
        foreach (var watcher in watchers)
        {
            Assert.True(await watcher.MoveNextAsync());
            Assert.Equal(DocumentStatus.Failed, watcher.Current.Status);
            Assert.False(await watcher.MoveNextAsync());
            await watcher.DisposeAsync();
        }

        Assert.Equal((2 * Watchers) + 1, queries.Value);
    }

    /// <summary>What Redis has lost, or nothing has published, is found after a silence.</summary>
    [Fact]
    public async Task A_change_that_is_not_published_is_seen_all_the_same()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var core = await CoreServices.CreateAsync(
            stores, configure: services => services.AddSingleton<TimeProvider>(time));
        var id = await core.UploadAsync("A text.");
        await using var watcher = core.Get<ProgressFeed>().WatchAsync(id, untilEmbedded: false, Token).GetAsyncEnumerator(Token);
        Assert.True(await watcher.MoveNextAsync());
        await core.Get<NpgsqlDataSource>().Command("update documents set status = 'failed' where id = $1", id).ExecuteAsync(Token);

        var next = watcher.MoveNextAsync().AsTask();
        await Eventually.TrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(next.IsCompleted);
            },
            TimeSpan.FromSeconds(60), () => "The row is never read again.", Token);

        Assert.True(await next);
        Assert.Equal(DocumentStatus.Failed, watcher.Current.Status);
    }

    private static async Task AllSeeAsync(IEnumerable<IAsyncEnumerator<DocumentProgress>> watchers, int progress)
    {
        foreach (var watcher in watchers)
        {
            Assert.True(await watcher.MoveNextAsync());
            Assert.Equal(progress, watcher.Current.Progress);
        }
    }
}
