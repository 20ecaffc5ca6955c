using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>
/// Lets one caller of all processes compute a result while the others wait for it in the cache. The right expires soon after the
/// end of its holder's process; without Redis every caller computes.
/// </summary>
internal sealed class SingleFlight(IConnectionMultiplexer redis, CacheOptions options, TimeProvider time)
{
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MostPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Returns at once with the right to compute, or when another caller has finished.</summary>
    /// <param name="wait">How long to wait for another caller at most.</param>
    public async Task<Flight> EnterAsync(string name, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!redis.IsConnected)
        {
            return Flight.Unshared;
        }

        var key = $"{name}:flight";
        try
        {
            var database = redis.GetDatabase();
            var token = Guid.NewGuid().ToString("N");
            var startedAt = time.GetTimestamp();
            var taking = database.StringSetAsync(key, token, Flight.Lifetime, When.NotExists);
            if (await taking.WaitAsync(options.Patience, cancellationToken))
            {
                return new Flight(database, key, token, time, startedAt);
            }

            for (var waited = TimeSpan.Zero;
                waited < wait && await database.KeyExistsAsync(key).WaitAsync(options.Patience, cancellationToken);
                waited = time.GetElapsedTime(startedAt))
            {
                await Task.Delay(PauseAfter(waited), time, cancellationToken);
            }

            return Flight.Followed;
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            return Flight.Unshared;
        }
    }

    /// <summary>What takes long need not be asked for often.</summary>
    private static TimeSpan PauseAfter(TimeSpan waited)
    {
        var pause = waited / 10;
        return pause < LeastPause ? LeastPause : pause > MostPause ? MostPause : pause;
    }
}
