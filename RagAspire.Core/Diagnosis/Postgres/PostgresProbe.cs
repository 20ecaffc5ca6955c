using Microsoft.Extensions.Options;
using Npgsql;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>
/// Examines PostgreSQL in a session of its own: whether it can be used, and then each of the figures that tell of trouble to
/// come.
/// </summary>
public sealed class PostgresProbe(
    PostgresLocation location,
    PostgresHost host,
    NpgsqlDataSource pool,
    IOptions<PostgresDiagnosisOptions> options) : IProbe
{
    public string Name => "postgresql";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        PostgresSession session;
        try
        {
            session = await PostgresSession.OpenAsync(location.Connection, options.Value.Timeout, cancellationToken);
        }
        catch (Exception ex) when (IsFailure(ex, cancellationToken))
        {
            return await host.ExplainAsync(PostgresFailure.Of(ex), cancellationToken);
        }

        await using (session)
        {
            var found = await ExamineAsync(session, cancellationToken);
            return [.. found, .. host.Disk().Where(full => !found.Any(other => other.Code == full.Code))];
        }
    }

    /// <summary>Whether the exception is about the database. Everything else is a fault of the probe and escapes.</summary>
    internal static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<IReadOnlyList<Observation>> ExamineAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        var found = new List<Observation>();
        foreach (var check in Checks(session))
        {
            try
            {
                found.AddRange(await check(session, options.Value, cancellationToken));
            }
            catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // A role without pg_monitor sees less; the other checks still tell something.
            }
            catch (Exception ex) when (IsFailure(ex, cancellationToken))
            {
                var failure = PostgresFailure.Of(ex);
                found.AddRange(await host.ExplainAsync(failure, cancellationToken));
                if (failure.Code == PostgresCodes.NoAnswer || !session.IsOpen)
                {
                    return found;
                }
            }
        }

        if (await IsPoolExhaustedAsync(cancellationToken) is { } exhausted)
        {
            found.Add(exhausted);
        }

        return [.. found.DistinctBy(observation => (observation.Code, observation.Subject))];
    }

    private static IEnumerable<Check> Checks(PostgresSession session) =>
    [
        StateChecks.WritableAsync, StateChecks.VersionAsync, StateChecks.MigrationsAsync, StateChecks.DamageAsync,
        SessionChecks.ConnectionsAsync, SessionChecks.IdleInTransactionAsync, SessionChecks.LongTransactionsAsync,
        SessionChecks.LocksAsync, SessionChecks.DeadlocksAsync,
        StorageChecks.CacheAsync, StorageChecks.DeadRowsAsync, StorageChecks.StatisticsAsync, StorageChecks.TransactionIdsAsync,
        StorageChecks.InvalidIndexesAsync,
        WalChecks.CheckpointsAsync, WalChecks.ReplicationAsync, WalChecks.SlotsAsync, WalChecks.SizeAsync,
        StatementChecks.SlowAsync,
    ];

    /// <summary>The server answers this session and the application's pool hands out no connection.</summary>
    private async Task<Observation?> IsPoolExhaustedAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.PoolTimeout);
        try
        {
            await using var connection = await pool.OpenConnectionAsync(limit.Token);
            return null;
        }
        catch (Exception ex) when (ex is OperationCanceledException or NpgsqlException
            && !cancellationToken.IsCancellationRequested)
        {
            var size = new NpgsqlConnectionStringBuilder(pool.ConnectionString).MaxPoolSize;
            return new Observation(
                PostgresCodes.PoolExhausted,
                FormattableString.Invariant($"The pool of {size} connections of this process gave none within {options.Value.PoolTimeout.TotalSeconds:0.#} s, while PostgreSQL answers."),
                [new Evidence("Maximum Pool Size of the connection string", $"{size} connections", $"{size} connections")]);
        }
    }

    private delegate Task<IReadOnlyList<Observation>> Check(
        PostgresSession session, PostgresDiagnosisOptions options, CancellationToken cancellationToken);
}
