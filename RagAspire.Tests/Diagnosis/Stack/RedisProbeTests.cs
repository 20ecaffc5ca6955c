using System.Globalization;
using RagAspire.Diagnosis.Redis;
using RagAspire.Embedded;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Search;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Diagnosis.Stack;

/// <summary>Faults of a real Redis, and Garnet where it stands in for it.</summary>
public sealed class RedisProbeTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Garnet_is_healthy()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);

        Assert.Empty(await rig.ExamineAsync("redis"));
    }

    [Fact]
    public async Task Nothing_listens()
    {
        await using var rig = await RigAsync($"127.0.0.1:{FreePort.Next()}");

        Assert.Equal([RedisCodes.Unreachable], await rig.CodesAsync("redis"));
    }

    [Theory]
    [InlineData(",password=wrong")]
    [InlineData("")]
    public async Task A_password_that_is_wrong_or_missing(string password)
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { Password = "right", MemoryMegabytes = 64 });
        await using var rig = await RigAsync($"127.0.0.1:{redis.Port}{password}");

        Assert.Equal([RedisCodes.Login], await rig.CodesAsync("redis"));
    }

    [Fact]
    public async Task A_real_server_is_healthy_then_full_and_evicts()
    {
        await using var server = await RealRedis.StartAsync("--maxmemory", "8mb", "--maxmemory-policy", "allkeys-lru");
        await using var rig = await RigAsync(server.Address, ("Diagnosis:Redis:EvictionsPerHour", "10"));
        Assert.Empty(await rig.ExamineAsync("redis"));

        await using var client = await ConnectionMultiplexer.ConnectAsync(server.Address);
        for (var i = 0; i < 2_000; i++)
        {
            await client.GetDatabase().StringSetAsync($"key{i}", new byte[10_000]);
        }

        Assert.Contains(rig.Figures, figure => figure.StartsWith("memory (server): ", StringComparison.Ordinal)
            && figure.EndsWith(" MiB of 7.2 MiB", StringComparison.Ordinal));
        Assert.Equal(["clients", "memory", "ping"], rig.Figures.Select(figure => figure.Split(' ')[0]).Order());

        var codes = await rig.CodesAsync("redis");
        Assert.Contains(RedisCodes.Memory, codes);
        Assert.Contains(RedisCodes.Evictions, codes);

        // What was evicted is no trouble for ever.
        Assert.Equal([RedisCodes.Memory], await rig.CodesAsync("redis", later: TimeSpan.FromHours(2)));
    }

    [Fact]
    public async Task A_server_that_answers_late()
    {
        await using var server = await RealRedis.StartAsync();
        await using var proxy = new RedisProxyStub(server.Address) { Delay = TimeSpan.FromMilliseconds(20) };
        await using var rig = await RigAsync(proxy.ConnectionString, ("Diagnosis:Redis:Latency", "00:00:00.010"));

        Assert.Equal([RedisCodes.Latency], await rig.CodesAsync("redis"));
    }

    [Fact]
    public async Task A_slow_command()
    {
        await using var server = await RealRedis.StartAsync("--enable-debug-command", "yes");
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true");
        await client.GetDatabase().ExecuteAsync("DEBUG", "SLEEP", "0.3");
        await using var rig = await RigAsync(server.Address);

        Assert.Equal([RedisCodes.Slow], await rig.CodesAsync("redis"));

        // A user who may not read the slow log does not know of any.
        await client.GetDatabase().ExecuteAsync("ACL", "SETUSER", "reader", "on", ">secret", "~*", "&*", "+@all", "-slowlog");
        await using var reader = await RigAsync($"{server.Address},user=reader,password=secret");
        Assert.Contains("SLOWLOG", await reader.UnknownAsync("redis"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_written()
    {
        using var directory = TestDirectory.Create("redis");
        await using var server = await RealRedis.StartAsync("--dir", directory.Path);
        Directory.CreateDirectory(Path.Combine(directory.Path, "dump.rdb", "in the way"));
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{server.Address},allowAdmin=true");
        await client.GetDatabase().ExecuteAsync("BGSAVE");
        await using var rig = await RigAsync(server.Address);

        await Eventually.TrueAsync(
            async () => (await rig.CodesAsync("redis")).Contains(RedisCodes.Persistence), TimeSpan.FromSeconds(10), () => server.Output, Token);
    }

    [Fact]
    public async Task Connections_that_are_rejected_and_a_replica()
    {
        await using var server = await RealRedis.StartAsync("--maxclients", "4");
        await using (var client = await ConnectionMultiplexer.ConnectAsync(server.Address))
        {
            await using var rig = await RigAsync(server.Address);
            await using var more = await ConnectionMultiplexer.ConnectAsync($"{server.Address},abortConnect=false");
            Assert.Equal([RedisCodes.Clients], await rig.CodesAsync("redis"));
            await more.DisposeAsync();
            await client.DisposeAsync();
            Assert.StartsWith("Redis has rejected", Assert.Single(await rig.ExamineAsync("redis")).Symptom, StringComparison.Ordinal);
            Assert.Empty(await rig.ExamineAsync("redis", later: TimeSpan.FromHours(2)));
        }

        await using var replica = await RealRedis.StartAsync("--replicaof", "127.0.0.1", server.Port.ToString(CultureInfo.InvariantCulture));
        await using var other = await RigAsync(replica.Address);
        Assert.Contains(RedisCodes.Replica, await other.CodesAsync("redis"));
    }

    private Task<ProbeRig> RigAsync(string address, params (string Key, string? Value)[] settings) =>
        ProbeRig.CreateAsync(stores, [("ConnectionStrings:cache", $"{address},abortConnect=false"), .. settings]);
}
