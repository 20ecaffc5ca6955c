using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Answers.Sessions;

/// <summary>
/// Records the duration of sessions that are over. All processes share the database's view of them, so that each session
/// counts once. A poll that fails changes nothing.
/// </summary>
public sealed class SessionMetricsSampler(
    NpgsqlDataSource dataSource,
    DatabaseStartup database,
    EndedSessions ended,
    IOptions<SessionOptions> options,
    TimeProvider time)
    : PollingService(database, time)
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(30);

    protected override TimeSpan Interval => options.Value.Quiet < LongestInterval ? options.Value.Quiet : LongestInterval;

    protected override async Task PollAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ended.RecordAsync(connection, cancellationToken);
    }
}

/// <summary>Finds the sessions that are over, of questions and of searches, and records how long they were.</summary>
public sealed class EndedSessions(SearchSessions searches, SessionMetrics metrics, IOptions<SessionOptions> options)
{
    private readonly TimeSpan _quiet = options.Value.Quiet;

    public async Task RecordAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var seen = searches.Seen();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var counted = await connection.Command("select counted_until from session_watch for update")
            .ScalarAsync<DateTime>(cancellationToken);
        var answers = await AnswersAsync(connection, counted, cancellationToken);
        var ended = await SearchesAsync(connection, seen, cancellationToken);
        await connection.Command(
            "update session_watch set counted_until = greatest(counted_until, now() - $1)", _quiet).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        searches.Forget(seen);
        answers.ForEach(seconds => metrics.Ended(SessionKind.Answers, seconds));
        ended.ForEach(seconds => metrics.Ended(SessionKind.Searches, seconds));
    }

    private Task<List<double>> AnswersAsync(NpgsqlConnection connection, DateTime counted, CancellationToken cancellationToken) =>
        connection.Command("""
            select extract(epoch from max(created_at) - min(created_at))::float8 from answers
            where session_id in (select session_id from answers where created_at > $1 and created_at <= now() - $2)
            group by session_id
            having max(created_at) <= now() - $2
            """, counted, _quiet).ListAsync(row => row.GetDouble(0), cancellationToken);

    /// <summary>A search after the pause begins a new session, also where the old one is still there.</summary>
    private async Task<List<double>> SearchesAsync(
        NpgsqlConnection connection, IReadOnlyList<SearchSpan> seen, CancellationToken cancellationToken)
    {
        var (keys, began, last) = (
            seen.Select(span => span.KeyId).ToArray(),
            seen.Select(span => span.Began).ToArray(),
            seen.Select(span => span.Last).ToArray());
        var ended = await connection.Command("""
            delete from search_sessions session
            where last_at <= now() - $1 or exists (
                select from unnest($2::text[], $3::timestamptz[]) seen (key_id, began_at)
                where seen.key_id = session.key_id and seen.began_at >= session.last_at + $1)
            returning extract(epoch from last_at - began_at)::float8
            """, _quiet, keys, began).ListAsync(row => row.GetDouble(0), cancellationToken);
        await connection.Command("""
            insert into search_sessions as session (key_id, began_at, last_at)
            select * from unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
            on conflict (key_id) do update set
                began_at = least(session.began_at, excluded.began_at), last_at = greatest(session.last_at, excluded.last_at)
            """, keys, began, last).ExecuteAsync(cancellationToken);
        return ended;
    }
}
