using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>
/// Lets one caller of all processes compute a result while the others wait for it in the cache. The right expires, so that the
/// end of a process delays the others no longer than that; without Redis every caller computes.
/// </summary>
internal sealed class SingleFlight(IConnectionMultiplexer redis, CacheOptions options, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns at once with the right to compute, or when another caller has finished.</summary>
    public async Task<Flight> EnterAsync(string name, CancellationToken cancellationToken)
    {
        if (options.Wait == TimeSpan.Zero || !redis.IsConnected)
        {
            return Flight.Unshared;
        }

        var key = $"{name}:flight";
        try
        {
            var database = redis.GetDatabase();
            if (await database.StringSetAsync(key, "1", options.Wait, When.NotExists).WaitAsync(options.Patience, cancellationToken))
            {
                // One connection keeps the order of its commands: the result is there before the right is given back.
                return new Flight(database, key);
            }

            var startedAt = time.GetTimestamp();
            while (time.GetElapsedTime(startedAt) < options.Wait
                && await database.KeyExistsAsync(key).WaitAsync(options.Patience, cancellationToken))
            {
                await Task.Delay(Pause, time, cancellationToken);
            }

            return Flight.Followed;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            return Flight.Unshared;
        }
    }
}

/// <summary>The right to compute a result; given back when it is disposed.</summary>
public sealed class Flight : IDisposable
{
    private readonly IDatabase? _database;
    private readonly string _key;

    internal Flight(IDatabase? database, string key, bool hasWaited = false) =>
        (_database, _key, HasWaited) = (database, key, hasWaited);

    /// <summary>Another caller has computed the result meanwhile, or has failed to.</summary>
    public bool HasWaited { get; }

    internal static Flight Unshared { get; } = new(null, "");

    internal static Flight Followed { get; } = new(null, "", hasWaited: true);

    public void Dispose()
    {
        try
        {
            _database?.KeyDelete(_key, CommandFlags.FireAndForget);
        }
        catch (RedisException)
        {
            // Redis went away: the right expires.
        }
    }
}
