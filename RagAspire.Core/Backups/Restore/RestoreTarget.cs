using Npgsql;
using RagAspire.Backups.Dumps;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups.Restore;

/// <summary>The database into which a backup is restored.</summary>
internal sealed class RestoreTarget(NpgsqlConnectionStringBuilder connection)
{
    /// <summary>The database and its server, for people.</summary>
    public string Name => $"{connection.Database} on {connection.Host}:{connection.Port}";

    public NpgsqlConnectionStringBuilder Connection => connection;

    /// <summary>Makes the database where it does not exist.</summary>
    /// <exception cref="MaintenanceException">The server cannot be reached, or does not allow it.</exception>
    public async Task EnsureExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var opened = await BackupDatabase.OpenAsync(connection, cancellationToken);
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await using var server = await BackupDatabase.OpenAsync(On("postgres"), cancellationToken);
            await server.Command($"create database {DumpTable.QuoteName(connection.Database!)} template template0").ExecuteAsync(cancellationToken);
        }
        catch (NpgsqlException ex)
        {
            throw new MaintenanceException($"{Name} cannot be reached: {ex.Message}", ex);
        }
    }

    /// <summary>Holds off other restores as long as the connection is open.</summary>
    /// <exception cref="MaintenanceException">Another one is at it.</exception>
    public async Task<NpgsqlConnection> LockAsync(CancellationToken cancellationToken)
    {
        var opened = await BackupDatabase.OpenAsync(connection, cancellationToken);
        if (await opened.Command("select pg_try_advisory_lock($1)", AdvisoryLocks.Restore).ScalarAsync<bool>(cancellationToken))
        {
            return opened;
        }

        await opened.DisposeAsync();
        throw new MaintenanceException($"Another restore into {Name} is running.");
    }

    /// <summary>Tables and views of anybody.</summary>
    public static async Task<long> CountAsync(NpgsqlConnection opened, CancellationToken cancellationToken) =>
        await opened.Command("""
            select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname not like 'pg\_%' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p', 'v', 'm', 'f')
              and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
            """).ScalarAsync<long>(cancellationToken);

    /// <summary>Drops all of the product's data, in one transaction.</summary>
    /// <exception cref="MaintenanceException">Somebody is using it.</exception>
    public async Task EmptyAsync(NpgsqlConnection opened, CancellationToken cancellationToken)
    {
        var others = await opened.Command("""
            select coalesce(nullif(application_name, ''), 'unnamed') from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
            """).ListAsync(row => row.GetString(0), cancellationToken);
        if (others.Count > 0)
        {
            throw new MaintenanceException(
                $"{Name} is in use by {others.Count} connections ({string.Join(", ", others.Distinct())}): stop the system before its data is replaced.");
        }

        await using var transaction = await opened.BeginTransactionAsync(cancellationToken);
        await opened.Command("set local lock_timeout = '10s'").ExecuteAsync(cancellationToken);
        await opened.Command($"""
            drop schema if exists hangfire cascade;
            drop schema if exists {Snapshot.Schema} cascade;
            create schema {Snapshot.Schema};
            grant usage on schema {Snapshot.Schema} to public;
            """).ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>What a failed restore has left, in a sentence.</summary>
    public async Task<string> StateAsync(bool wasEmptied)
    {
        try
        {
            await using var opened = await BackupDatabase.OpenAsync(connection, CancellationToken.None);
            return (await CountAsync(opened, CancellationToken.None), wasEmptied) switch
            {
                (0, false) => $"{Name} is empty, as it was before.",
                (0, true) => $"{Name} was emptied, as --force says, and is empty now.",
                var (tables, _) => $"{Name} holds {tables} tables that are not to be trusted: restore again with --force.",
            };
        }
        catch (NpgsqlException ex)
        {
            return $"What {Name} holds now is not known ({ex.Message}); a restore either loads all or nothing.";
        }
    }

    private NpgsqlConnectionStringBuilder On(string database) => new(connection.ConnectionString) { Database = database };
}
