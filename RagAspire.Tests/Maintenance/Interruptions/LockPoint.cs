using Npgsql;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Backups;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>A table lock by which a test stops a short task in its middle.</summary>
/// <param name="Lock">A table and a mode: the task waits while the test holds this lock.</param>
/// <param name="Work">SQL that gives the task something to do there; null where it always has.</param>
/// <param name="Left">SQL that counts the remaining work: zero after a successful run.</param>
internal sealed record LockPoint(string Lock, string? Work = null, string? Left = null)
{
    private const string OldSearch = """
        insert into searches (id, collection, chunk_ids, created_at)
        values (gen_random_uuid(), 'default', '{}', now() - interval '100 days')
        """;

    private const string OldCommand = """
        insert into index_orders (run_id, action, dry_run, ordered_at)
        values (gen_random_uuid(), 'compact', true, now() - interval '40 days')
        """;

    /// <summary>
    /// By the task's name. A share lock lets every session read, and stops only the task that writes: neither heartbeats nor
    /// the synchronisation of indexes stop with it.
    /// </summary>
    public static IReadOnlyDictionary<string, LockPoint> Of { get; } = new Dictionary<string, LockPoint>
    {
        // Without an in-process index the task reads the announcements of other processes here.
        ["health-check"] = new("index_replicas in access exclusive mode"),
        ["metrics"] = new("kept_figures in share mode"),
        ["clean-up"] = new("document_contents in share mode"),
        ["database-daily"] = new(
            "searches in share mode", OldSearch, "select count(*) from searches where created_at < now() - interval '99 days'"),
        ["index-reconciliation"] = new("index_order_results in share mode"),
        ["database-weekly"] = new("answers in share update exclusive mode"),
        ["index-optimization"] = new("index_order_results in share mode"),
        ["monthly-report"] = new("index_orders in share mode", OldCommand,
            "select count(*) from index_orders where ordered_at < now() - interval '39 days'"),
        ["retrieval-evaluation"] = new("retrieval_evaluations in share mode"),
        ["certificates"] = new("kept_figures in share mode"),

        // By then its row has the status running, and its files must not count as a backup.
        ["backup"] = new("chunks in access exclusive mode"),

        // By then the files of deleted backups are gone, while their rows still list them.
        ["backup-retention"] = new("backups in share mode"),

        // By then the scratch database is filled, and is compared with the chunks of the live one.
        ["restore-drill"] = new("chunks in access exclusive mode"),

        // All of the backup is read, and the result is not recorded yet.
        ["backup-verify"] = new("backups in share mode"),
        ["source-sync"] = new("sources in share mode"),
        ["index-rebuild"] = new("index_order_results in share mode"),
        ["re-embedding"] = new(
            "embeddings in share mode",
            "update embeddings set dense = null where chunk_id in (select id from chunks order by id limit 3)",
            """
            select count(*) from chunks c
            where not exists (select from embeddings e where e.chunk_id = c.id and e.dense is not null)
            """),
    };

    /// <summary>Every task; a new task without a lock point fails the tests.</summary>
    public static IEnumerable<(string Task, LockPoint Point)> All => Schedule.Defaults.Select(row =>
        (row.Task, Of.GetValueOrDefault(row.Task) ?? throw new InvalidOperationException($"{row.Task} has no lock point.")));
}

/// <summary>Table locks that a test holds in its own transaction.</summary>
internal sealed class TableLocks : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;
    private readonly string _database;

    private TableLocks(NpgsqlConnection connection, string database) => (_connection, _database) = (connection, database);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<TableLocks> TakeAsync(string database, params IEnumerable<string> locks)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        var statements = string.Join("; ", locks.Distinct().Select(one => $"lock table {one}"));
        await using var command = new NpgsqlCommand($"begin; {statements}", connection);
        await command.ExecuteNonQueryAsync(Token);
        return new TableLocks(connection, database);
    }

    /// <summary>Some session waits for one of the locks.</summary>
    public async Task<bool> BlockAsync() => await Sql.OneAsync<long>(
        _database, $"select count(*) from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid))") > 0;

    /// <summary>Some session waits for each of the locks.</summary>
    public async Task<bool> AllBlockAsync() => await Sql.OneAsync<long>(_database, $"""
        select count(*) from pg_locks held where held.pid = {_connection.ProcessID} and held.locktype = 'relation'
            and held.granted
            and not exists (
                select from pg_locks waiting where waiting.relation = held.relation and not waiting.granted
                    and held.pid = any(pg_blocking_pids(waiting.pid)))
        """) == 0;

    /// <summary>
    /// Ends the sessions that wait for the locks. A server that stops may end the session of the locks first, and the others
    /// could then finish their work.
    /// </summary>
    public async Task TerminateWaitingAsync() => await Sql.OneAsync<long>(_database, $"""
        select count(pg_terminate_backend(pid)) from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid))
        """);

    /// <summary>Releases the locks, where the server was not stopped meanwhile.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
