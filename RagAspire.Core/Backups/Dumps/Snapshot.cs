using System.Data;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;

namespace RagAspire.Backups.Dumps;

/// <summary>
/// A snapshot of the database, held by a read-only transaction: row counts, manifest and dump agree with each other, whatever
/// is written meanwhile.
/// </summary>
public sealed class Snapshot : IAsyncDisposable
{
    /// <summary>The schema of the product's tables. Hangfire's schema is not backed up.</summary>
    public const string Schema = "public";

    /// <summary>
    /// Tables whose rows are not backed up: a restored system creates them anew, and tells webhooks nothing of the past.
    /// </summary>
    public static readonly IReadOnlyList<string> LeftOut = ["installation", "index_cursors", "webhook_events", "webhook_deliveries"];

    private readonly NpgsqlTransaction _transaction;

    private Snapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (Connection, _transaction) = (connection, transaction);

    public NpgsqlConnection Connection { get; }

    /// <summary>The time of the snapshot, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The exported name, by which pg_dump uses the same snapshot.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<BackupTable> Tables { get; init; }

    public required IReadOnlyList<BackupMigration> Migrations { get; init; }

    public required Guid Installation { get; init; }

    public required long NewestIndexChange { get; init; }

    /// <summary>Takes a snapshot on the caller's connection, which has to stay open until the snapshot is disposed of.</summary>
    public static async Task<Snapshot> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        try
        {
            await connection.Command("""
                set transaction read only;
                set local statement_timeout = 0;
                set local max_parallel_workers_per_gather = 0;
                set local idle_in_transaction_session_timeout = 0
                """).ExecuteAsync(cancellationToken);
            return new Snapshot(connection, transaction)
            {
                Name = (await connection.Command("select pg_export_snapshot()").ScalarAsync<string>(cancellationToken))!,
                At = await connection.Command("select now()").ScalarAsync<DateTime>(cancellationToken),
                Tables = await ProductTables.CountAllAsync(connection, cancellationToken),
                Migrations = await connection.Command("select name, sha256 from schema_migrations order by name")
                    .ListAsync(row => new BackupMigration(row.GetString(0), row.GetString(1)), cancellationToken),
                Installation = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken),
                NewestIndexChange = await connection.Command("select coalesce(max(seq), 0) from index_changes")
                    .ScalarAsync<long>(cancellationToken),
            };
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();
}
