using System.Data;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;

namespace RagAspire.Backups.Dumps;

/// <summary>
/// One moment of the database, held by a transaction that reads only: all that is counted, dumped and noted of it fits
/// together, whatever is written meanwhile.
/// </summary>
public sealed class Snapshot : IAsyncDisposable
{
    /// <summary>What a backup leaves out; the restored system makes it anew.</summary>
    public static readonly IReadOnlyList<string> LeftOut = ["installation", "index_cursors"];

    /// <summary>The schema that is the product's; Hangfire's is none of it.</summary>
    public const string Schema = "public";

    private readonly NpgsqlTransaction _transaction;

    private Snapshot(NpgsqlConnection connection, NpgsqlTransaction transaction) => (Connection, _transaction) = (connection, transaction);

    public NpgsqlConnection Connection { get; }

    /// <summary>The moment, by the server's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>By which other sessions see the same moment.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<DumpTable> Tables { get; init; }

    public required IReadOnlyList<BackupSequence> Sequences { get; init; }

    public required IReadOnlyList<BackupMigration> Migrations { get; init; }

    public required Guid Installation { get; init; }

    public required long NewestIndexChange { get; init; }

    /// <summary>Takes it on a connection that is the caller's.</summary>
    public static async Task<Snapshot> TakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        try
        {
            await connection.Command("set transaction read only").ExecuteAsync(cancellationToken);
            await connection.Command("set local statement_timeout = 0").ExecuteAsync(cancellationToken);
            await connection.Command("set local max_parallel_workers_per_gather = 0").ExecuteAsync(cancellationToken);
            await connection.Command("set local idle_in_transaction_session_timeout = 0").ExecuteAsync(cancellationToken);
            return new Snapshot(connection, transaction)
            {
                Name = (await connection.Command("select pg_export_snapshot()").ScalarAsync<string>(cancellationToken))!,
                At = await connection.Command("select now()").ScalarAsync<DateTime>(cancellationToken),
                Tables = await DumpTable.ReadAsync(connection, cancellationToken),
                Sequences = await SequencesAsync(connection, cancellationToken),
                Migrations = await connection.Command("select name, sha256 from schema_migrations order by name")
                    .ListAsync(row => new BackupMigration(row.GetString(0), row.GetString(1)), cancellationToken),
                Installation = await connection.Command("select id from installation").ScalarAsync<Guid>(cancellationToken),
                NewestIndexChange = await connection.Command("select coalesce(max(seq), 0) from index_changes").ScalarAsync<long>(cancellationToken),
            };
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _transaction.DisposeAsync();

    // Sequences move outside of transactions: theirs is never behind the snapshot's, which is all that matters.
    private static async Task<IReadOnlyList<BackupSequence>> SequencesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("""
            select sequencename::text, last_value from pg_sequences where schemaname = $1 and last_value is not null order by 1
            """, Schema).ListAsync(row => new BackupSequence(row.GetString(0), row.GetInt64(1)), cancellationToken);
}
