using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Answers;

/// <summary>
/// Records the duration of sessions that are over. All processes share one mark in the database, up to which sessions are
/// recorded, so that each of them counts once. A poll that fails does not move the mark.
/// </summary>
public sealed class SessionMetricsSampler(
    NpgsqlDataSource dataSource, DatabaseStartup database, SessionMetrics metrics, IOptions<SessionOptions> options,
    TimeProvider time)
    : PollingService(database, time)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _quiet = options.Value.Quiet;

    protected override TimeSpan Interval => _quiet < LongestInterval ? _quiet : LongestInterval;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        foreach (var seconds in await EndedAsync(cancellationToken))
        {
            metrics.Ended(seconds);
        }
    }

    private async Task<IReadOnlyList<double>> EndedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var counted = await connection.Command("select counted_until from session_watch for update")
            .ScalarAsync<DateTime>(cancellationToken);
        var ended = await connection.Command("""
            select extract(epoch from max(created_at) - min(created_at))::float8 from answers
            where session_id in (select session_id from answers where created_at > $1 and created_at <= now() - $2)
            group by session_id
            having max(created_at) <= now() - $2
            """, counted, _quiet).ListAsync(row => row.GetDouble(0), cancellationToken);
        await connection.Command(
            "update session_watch set counted_until = greatest(counted_until, now() - $1)", _quiet).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended;
    }
}
