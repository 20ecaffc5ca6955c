using Npgsql;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Embedded;

public sealed class StoresTests(Stores stores)
{
    [Fact]
    public async Task A_copy_of_a_database_has_its_tables_and_a_fresh_one_has_none()
    {
        var original = await stores.CreateDatabaseAsync();
        await RunAsync(original, "CREATE TABLE pages (n int); INSERT INTO pages VALUES (1), (2)");

        var copy = await stores.CreateDatabaseAsync(original);
        var fresh = await stores.CreateDatabaseAsync();

        Assert.Equal(2L, await RunAsync(copy, "SELECT count(*) FROM pages"));
        Assert.Equal(0L, await RunAsync(fresh, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
    }

    [Fact]
    public async Task Values_and_messages_go_through_the_shared_redis()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(stores.Redis);
        var prefix = stores.UniquePrefix();
        var heard = new TaskCompletionSource<string>();
        await redis.GetSubscriber().SubscribeAsync(
            RedisChannel.Literal(prefix + "news"), (_, message) => heard.TrySetResult(message!));

        await redis.GetDatabase().StringSetAsync(prefix + "key", "value");
        await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(prefix + "news"), "hello");

        Assert.Equal("value", await redis.GetDatabase().StringGetAsync(prefix + "key"));
        Assert.Equal("hello", await heard.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    private static async Task<object?> RunAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
