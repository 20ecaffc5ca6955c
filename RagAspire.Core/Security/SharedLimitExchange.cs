using System.Text.Json;
using Npgsql;
using RagAspire.Database;
using StackExchange.Redis;

namespace RagAspire.Security;

/// <summary>
/// Tells the other processes of this installation what was taken from the shared limits, by Redis pub/sub. Nothing waits for
/// it: without Redis each process limits by what it sees itself.
/// </summary>
public sealed class SharedLimitExchange(
    SharedLimits limits, IConnectionMultiplexer redis, NpgsqlDataSource dataSource, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    private readonly Guid _process = Guid.NewGuid();
    private RedisChannel? _channel;

    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(100);

    protected override bool IsTemporary(Exception exception) =>
        exception is RedisException or TimeoutException || base.IsTemporary(exception);

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        // Taken even without Redis, because a report that comes late would be wrong.
        var takings = limits.Report();
        if (!redis.IsConnected)
        {
            return;
        }

        var channel = _channel ??= await SubscribeAsync(cancellationToken);
        if (takings.Count > 0)
        {
            var report = JsonSerializer.Serialize(new Message(_process, takings));
            await redis.GetSubscriber().PublishAsync(channel, report, CommandFlags.FireAndForget);
        }
    }

    /// <summary>The channel is the installation's own: several may share one Redis. The client renews it by itself.</summary>
    private async Task<RedisChannel> SubscribeAsync(CancellationToken cancellationToken)
    {
        var installation = await dataSource.Command("select id from installation").ScalarAsync<Guid>(cancellationToken);
        var channel = RedisChannel.Literal($"ragaspire:limits:{installation:N}");
        await redis.GetSubscriber().SubscribeAsync(channel, (_, text) => Hear((string)text!));
        return channel;
    }

    private void Hear(string text)
    {
        try
        {
            if (JsonSerializer.Deserialize<Message>(text) is { } message && message.Process != _process)
            {
                limits.Apply(message.Takings);
            }
        }
        catch (JsonException)
        {
            // Of another version of this program, during an update.
        }
    }

    private sealed record Message(Guid Process, IReadOnlyList<SharedTaking> Takings);
}
