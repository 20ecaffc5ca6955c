using Npgsql;
using RagAspire.Maintenance.Scheduling;
using RagAspire.Tests.Backups;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>Where a task that is over in a moment can be held in its middle.</summary>
/// <param name="Lock">A table and a mode, for a lock of the test's own that the task waits for.</param>
/// <param name="Work">SQL that gives the task something to do there; null where there is something anyway.</param>
/// <param name="Left">SQL that counts what is left of that work: none after a run that succeeded.</param>
internal sealed record HoldPoint(string Lock, string? Work = null, string? Left = null)
{
    private const string OldSearch =
        "insert into searches (id, collection, chunk_ids, created_at) values (gen_random_uuid(), 'default', '{}', now() - interval '100 days')";

    private const string OldOrder =
        "insert into index_orders (run_id, action, dry_run, ordered_at) values (gen_random_uuid(), 'compact', true, now() - interval '40 days')";

    /// <summary>
    /// By the task's name. Under "share" everybody goes on reading, and only who writes waits: those who watch the runs and
    /// follow the index are not held with the task.
    /// </summary>
    public static IReadOnlyDictionary<string, HoldPoint> Of { get; } = new Dictionary<string, HoldPoint>
    {
        // Where no index is in the process, whoever has one is looked for in this table.
        ["health-check"] = new("index_replicas in access exclusive mode"),
        ["metrics"] = new("kept_figures in share mode"),
        ["clean-up"] = new("document_contents in share mode"),
        ["database-daily"] = new("searches in share mode", OldSearch, "select count(*) from searches where created_at < now() - interval '99 days'"),
        ["index-reconciliation"] = new("index_order_results in share mode"),
        ["database-weekly"] = new("answers in share update exclusive mode"),
        ["index-optimization"] = new("index_order_results in share mode"),
        ["monthly-report"] = new("index_orders in share mode", OldOrder, "select count(*) from index_orders where ordered_at < now() - interval '39 days'"),
        ["retrieval-evaluation"] = new("retrieval_evaluations in share mode"),
        ["certificates"] = new("kept_figures in share mode"),

        // By then its row says that it is being made, and nothing of it may be taken for a backup.
        ["backup"] = new("chunks in access exclusive mode"),

        // The files of what is not kept are gone by then, and the row still says that they are there.
        ["backup-retention"] = new("backups in share mode"),

        // The scratch database is filled, and compared with the passages of the live one.
        ["restore-drill"] = new("chunks in access exclusive mode"),

        // All of the backup is read, and the result is not recorded yet.
        ["backup-verify"] = new("backups in share mode"),
        ["index-rebuild"] = new("index_order_results in share mode"),
        ["re-embedding"] = new(
            "embeddings in share mode",
            "update embeddings set dense = null where chunk_id in (select id from chunks order by id limit 3)",
            "select count(*) from chunks c where not exists (select from embeddings e where e.chunk_id = c.id and e.dense is not null)"),
    };

    /// <summary>Every task, so that a new one without a place to be held fails.</summary>
    public static IEnumerable<(string Task, HoldPoint Point)> All => Schedule.Defaults.Select(
        row => (row.Task, Of.TryGetValue(row.Task, out var point) ? point : throw new InvalidOperationException($"Where is {row.Task} to be held?")));
}

/// <summary>Locks of tables that a test holds in a transaction of its own.</summary>
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

    /// <summary>Somebody waits for one of them.</summary>
    public async Task<bool> AreWaitedForAsync() => await Sql.OneAsync<long>(
        _database, $"select count(*) from pg_stat_activity where {_connection.ProcessID} = any(pg_blocking_pids(pid))") > 0;

    /// <summary>Gives them back, where the server has not been stopped meanwhile.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
