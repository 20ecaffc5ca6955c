using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Restore;

/// <summary>
/// The database that a backup is restored into. The names in its statements are only looked up in PostgreSQL's own schema,
/// because a dump may have created functions and operators with the same names in another one.
/// </summary>
internal sealed class RestoreTarget(NpgsqlConnectionStringBuilder database)
{
    private readonly NpgsqlConnectionStringBuilder _connectionString = new(database.ConnectionString)
    {
        SearchPath = "pg_catalog",
    };

    /// <summary>The names of the database and its server.</summary>
    public string Name => $"{_connectionString.Database} on {_connectionString.Host}:{_connectionString.Port}";

    public NpgsqlConnectionStringBuilder ConnectionString => _connectionString;

    /// <summary>Creates the database where it does not exist.</summary>
    /// <exception cref="MaintenanceException">The server cannot be reached.</exception>
    public async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await BackupDatabase.OpenAsync(_connectionString, cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            var server = new NpgsqlConnectionStringBuilder(_connectionString.ConnectionString) { Database = "postgres" };
            await using var connection = await BackupDatabase.OpenAsync(server, cancellationToken);
            await connection.Command($"create database {BackupDatabase.Quote(_connectionString.Database!)} template template0")
                .ExecuteAsync(cancellationToken);
        }
        catch (NpgsqlException ex)
        {
            throw new MaintenanceException($"{Name} cannot be reached: {ex.Message}", ex);
        }
    }

    /// <summary>Opens a connection that keeps other restores into this database out until it is closed.</summary>
    /// <exception cref="MaintenanceException">Another restore is running.</exception>
    public async Task<NpgsqlConnection> LockAsync(CancellationToken cancellationToken)
    {
        var connection = await BackupDatabase.OpenAsync(_connectionString, cancellationToken);
        if (await BackupDatabase.TryLockRestoreAsync(connection, cancellationToken))
        {
            return connection;
        }

        await connection.DisposeAsync();
        throw new MaintenanceException($"Another restore into {Name} is running.");
    }

    /// <summary>The number of tables and views in any schema, except those of PostgreSQL and of extensions.</summary>
    public static async Task<long> CountTablesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await connection.Command("""
            select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'f')
              and not exists (
                select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            """).ScalarAsync<long>(cancellationToken);

    /// <summary>Drops the product's schemas, in one transaction.</summary>
    /// <exception cref="MaintenanceException">The database is in use.</exception>
    public async Task DropContentsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var others = await connection.Command("""
            select coalesce(nullif(application_name, ''), 'unnamed') from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            """).ListAsync(row => row.GetString(0), cancellationToken);
        if (others.Count > 0)
        {
            throw new MaintenanceException(
                $"{Name} is in use by {others.Count} connections ({string.Join(", ", others.Distinct())}): stop the system "
                + "before its data is replaced.");
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.Command("set local lock_timeout = '10s'").ExecuteAsync(cancellationToken);
        await connection.Command($"""
            drop schema if exists hangfire cascade;
            drop schema if exists {Snapshot.Schema} cascade;
            create schema {Snapshot.Schema};
            grant usage on schema {Snapshot.Schema} to public;
            """).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>The contents of the database after a failed restore, in one sentence.</summary>
    /// <param name="dropped">Whether earlier contents were dropped.</param>
    public async Task<string> DescribeAsync(bool dropped)
    {
        try
        {
            await using var connection = await BackupDatabase.OpenAsync(_connectionString, CancellationToken.None);
            return (await CountTablesAsync(connection, CancellationToken.None), dropped) switch
            {
                (0, false) => $"{Name} is empty, as it was before.",
                (0, true) => $"The contents of {Name} were dropped as requested, and it is empty now.",
                var (tables, _) => $"{Name} contains {tables} tables that do not match the backup: restore again with --force.",
            };
        }
        catch (NpgsqlException ex)
        {
            return $"The contents of {Name} are unknown ({ex.Message}); a restore loads either everything or nothing.";
        }
    }
}
