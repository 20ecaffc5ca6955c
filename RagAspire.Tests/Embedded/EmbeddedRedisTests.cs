using System.Net;
using System.Net.Sockets;
using RagAspire.Embedded;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Embedded;

public sealed class EmbeddedRedisTests : IDisposable
{
    private readonly TestDirectory _data = TestDirectory.Create("garnet");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Values_survive_a_restart_and_expire_all_the_same()
    {
        await using (var first = EmbeddedRedis.Start(Options()))
        {
            await using var client = await ConnectAsync(first);
            await client.GetDatabase().StringSetAsync("kept", "value");
            await client.GetDatabase().HashSetAsync("hash", "field", "in a hash");
            await client.GetDatabase().StringSetAsync("short", "lived", TimeSpan.FromMilliseconds(50));
        }

        await Task.Delay(100, TestContext.Current.CancellationToken);
        await using var second = EmbeddedRedis.Start(Options());
        await using var again = await ConnectAsync(second);

        Assert.Equal("value", await again.GetDatabase().StringGetAsync("kept"));
        Assert.Equal("in a hash", await again.GetDatabase().HashGetAsync("hash", "field"));
        Assert.True((await again.GetDatabase().StringGetAsync("short")).IsNull);
    }

    [Fact]
    public async Task A_client_without_the_password_is_refused()
    {
        await using var server = EmbeddedRedis.Start(Options() with { Password = "s3cret" });
        var anonymous = ConfigurationOptions.Parse($"127.0.0.1:{server.Port},abortConnect=true,connectTimeout=2000");

        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(anonymous));
        await using var known = await ConnectAsync(server);

        Assert.True(await known.GetDatabase().StringSetAsync("key", "value"));
    }

    [Fact]
    public async Task It_stops_and_starts_again_on_its_port_and_clients_come_back()
    {
        await using var server = EmbeddedRedis.Start(Options());
        await using var client = await ConnectAsync(server);
        await client.GetDatabase().StringSetAsync("key", "before");
        var port = server.Port;

        await server.StopAsync(TestContext.Current.CancellationToken);
        await Assert.ThrowsAnyAsync<RedisException>(() => client.GetDatabase().StringGetAsync("key"));
        server.Start();

        Assert.Equal(port, server.Port);
        Assert.Equal("before", await EventuallyAsync(() => client.GetDatabase().StringGetAsync("key")));
    }

    [Fact]
    public async Task It_forgets_the_oldest_rather_than_growing_without_bound()
    {
        await using var server = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 16 });
        await using var client = await ConnectAsync(server);
        var value = new byte[64 * 1024];
        for (var i = 0; i < 600; i++)
        {
            await client.GetDatabase().StringSetAsync($"key{i}", value);
        }

        Assert.True((await client.GetDatabase().StringGetAsync("key0")).IsNull);
        Assert.False((await client.GetDatabase().StringGetAsync("key599")).IsNull);
    }

    [Fact]
    public async Task Files_that_ended_the_last_start_are_put_away()
    {
        await using (var first = EmbeddedRedis.Start(Options()))
        {
            await using var client = await ConnectAsync(first);
            await client.GetDatabase().StringSetAsync("key", "value");
        }

        await File.WriteAllTextAsync(Path.Combine(_data.Path, "redis.recovering"), "", TestContext.Current.CancellationToken);
        await using var second = EmbeddedRedis.Start(Options());
        await using var again = await ConnectAsync(second);

        Assert.True((await again.GetDatabase().StringGetAsync("key")).IsNull);
        Assert.True(Directory.Exists(Path.Combine(_data.Path, "redis.damaged")));
        Assert.False(File.Exists(Path.Combine(_data.Path, "redis.recovering")));
    }

    [Fact]
    public async Task The_files_do_not_grow_without_bound()
    {
        var value = new byte[1024 * 1024];
        await using (var first = EmbeddedRedis.Start(Options()))
        {
            await using var client = await ConnectAsync(first);
            for (var i = 0; i < 250; i++)
            {
                await client.GetDatabase().StringSetAsync($"key{i % 8}", value);
            }

            await client.GetDatabase().StringSetAsync("last", "one");
            await WaitForAsync(() => TestDirectory.BytesIn(Path.Combine(_data.Path, "redis")) < 150L * 1024 * 1024);
        }

        await using var second = EmbeddedRedis.Start(Options());
        await using var again = await ConnectAsync(second);

        Assert.Equal("one", await again.GetDatabase().StringGetAsync("last"));
        Assert.Equal(value.Length, await again.GetDatabase().StringLengthAsync("key7"));
    }

    [Fact]
    public void A_busy_port_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var refusal = Assert.Throws<EmbeddedStoreException>(() => EmbeddedRedis.Start(Options() with { Port = port }));

        Assert.Contains($"Port {port}", refusal.Message);
    }

    private RedisOptions Options() => new() { DataDirectory = _data.Path, MemoryMegabytes = 32 };

    private static async Task WaitForAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(200, limit.Token);
        }
    }

    private static async Task<ConnectionMultiplexer> ConnectAsync(EmbeddedRedis server) =>
        await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",connectTimeout=2000,asyncTimeout=500");

    private static async Task<string?> EventuallyAsync(Func<Task<RedisValue>> read)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await read();
            }
            catch (RedisException) when (attempt < 50)
            {
                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }
}
