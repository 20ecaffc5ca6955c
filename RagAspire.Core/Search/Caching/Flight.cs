using StackExchange.Redis;

namespace RagAspire.Search.Caching;

/// <summary>The right to compute a result. It is renewed until it is disposed, and given back then.</summary>
/// <remarks>
/// A comparison of its token holds up the connection to Redis for a round trip. While half of its life is left no other caller
/// can have got it, and none is needed.
/// </remarks>
public sealed class Flight : IDisposable
{
    /// <summary>How long the right outlives a process that can neither renew it nor give it back.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly IDatabase? _database;
    private readonly string _key;
    private readonly string _token;
    private readonly TimeProvider _time;
    private readonly ITimer? _renewal;
    private long _renewedAt;
    private int _isDone;

    internal Flight(IDatabase database, string key, string token, TimeProvider time, long takenAt)
    {
        (_database, _key, _token, _time, _renewedAt) = (database, key, token, time, takenAt);
        _renewal = time.CreateTimer(_ => _ = Task.Run(() => RenewAsync(database)), null, Lifetime / 3, Lifetime / 3);
    }

    private Flight(bool hasWaited) => (_key, _token, _time, HasWaited) = ("", "", TimeProvider.System, hasWaited);

    /// <summary>Another caller has computed the result meanwhile, or has failed to.</summary>
    public bool HasWaited { get; }

    /// <summary>Completed when the right is given back, where that takes a comparison in the background.</summary>
    internal Task Release { get; private set; } = Task.CompletedTask;

    internal static Flight Unshared { get; } = new(hasWaited: false);

    internal static Flight Followed { get; } = new(hasWaited: true);

    private bool IsCertain => _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) <= Lifetime / 2;

    public void Dispose()
    {
        if (_database is null || Interlocked.Exchange(ref _isDone, 1) == 1)
        {
            return;
        }

        _renewal?.Dispose();
        if (!IsCertain)
        {
            Release = Task.Run(() => ReleaseAsync(_database));
            return;
        }

        try
        {
            // One connection keeps the order of its commands: the result is there before the right is given back.
            _database.KeyDelete(_key, CommandFlags.FireAndForget);
        }
        catch (RedisException)
        {
            // Redis went away: the right expires.
        }
    }

    private async Task ReleaseAsync(IDatabase database)
    {
        try
        {
            await database.LockReleaseAsync(_key, _token);
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            // Redis went away: the right expires.
        }
    }

    private async Task RenewAsync(IDatabase database)
    {
        var startedAt = _time.GetTimestamp();
        try
        {
            var isRenewed = IsCertain
                ? await database.KeyExpireAsync(_key, Lifetime)
                : await database.LockExtendAsync(_key, _token, Lifetime);
            if (isRenewed)
            {
                Volatile.Write(ref _renewedAt, startedAt);
            }
        }
        catch (Exception ex) when (ex is RedisException or TimeoutException)
        {
            // The next renewal may succeed; until then the right may expire, and another caller computes the same.
        }
    }
}
