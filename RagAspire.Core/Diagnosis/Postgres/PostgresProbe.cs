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
    private readonly CounterHistory _counters = new();

    public string Name => "postgresql";

    public bool ComparesReadings => true;

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
            // A disk that is full already is a finding of its own.
            var growth = new GrowthChecks(_counters, window, () => host.Disk() is [] ? host.ClusterDisk() : null);
            var sessions = new SessionChecks(window);
            var checks = Checks(sessions, new CounterChecks(_counters, window), new StatementChecks(_counters, window), growth);
            var (found, unknown) = await ExamineAsync(session, checks, cancellationToken);
            return ProbeException.Unless(
                unknown, [.. found, .. host.Disk().Where(full => !found.Any(other => other.Code == full.Code))]);
        }
    }

    /// <summary>Whether the exception is about the database. Everything else is a fault of the probe and escapes.</summary>
    internal static bool IsFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<(IReadOnlyList<Observation> Found, IReadOnlyList<string> Unknown)> ExamineAsync(
        PostgresSession session, IEnumerable<Check> checks, CancellationToken cancellationToken)
    {
        var (found, unknown) = (new List<Observation>(), new List<string>());
        foreach (var check in checks)
        {
            try
            {
                found.AddRange(await check(session, options.Value, cancellationToken));
            }
            catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            {
                // A role without pg_monitor sees less; the other checks still tell something.
                unknown.Add($"PostgreSQL says: {ex.MessageText} (grant pg_monitor).");
            }
            catch (Exception ex) when (IsFailure(ex, cancellationToken))
            {
                var failure = PostgresFailure.Of(ex);
                found.AddRange(await host.ExplainAsync(failure, cancellationToken));
                if (failure.Code == PostgresCodes.NoAnswer || !session.IsOpen)
                {
                    return (found, unknown);
                }
            }
        }

        if (await IsPoolExhaustedAsync(cancellationToken) is { } exhausted)
        {
            found.Add(exhausted);
        }

        return ([.. found.DistinctBy(observation => (observation.Code, observation.Subject))], unknown);
    }

    private static IEnumerable<Check> Checks(
        SessionChecks sessions, CounterChecks counters, StatementChecks statements, GrowthChecks growth) =>
    [
        StateChecks.WritableAsync, StateChecks.VersionAsync, StateChecks.MigrationsAsync, StateChecks.DamageAsync,
        sessions.ConnectionsAsync, SessionChecks.IdleInTransactionAsync, SessionChecks.LongTransactionsAsync,
        SessionChecks.LocksAsync, counters.DeadlocksAsync,
        counters.CacheAsync, StorageChecks.DeadRowsAsync, StorageChecks.StatisticsAsync, StorageChecks.TransactionIdsAsync,
        StorageChecks.InvalidIndexesAsync,
        counters.CheckpointsAsync, StandbyChecks.SynchronousAsync, WalChecks.ReplicationAsync, WalChecks.SlotsAsync,
        WalChecks.ArchiveAsync, WalChecks.SizeAsync, statements.SlowAsync, growth.DiskAsync,
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
        catch (Exception ex) when (PostgresFailure.Of(ex).Code is PostgresCodes.Refused or PostgresCodes.Recovery)
        {
            // Of several hosts one was promoted, which the pool does not know yet.
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
