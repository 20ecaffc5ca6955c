using Microsoft.Extensions.Configuration;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>
/// Connections for backups: outside of the pool, because they live long and hold locks, and without a time limit for a
/// command.
/// </summary>
public sealed class BackupDatabase(IConfiguration configuration)
{
    /// <summary>The system's own database.</summary>
    /// <exception cref="MaintenanceException">None is configured.</exception>
    public NpgsqlConnectionStringBuilder Ours => configuration.GetConnectionString("ragdb") is { Length: > 0 } own
        ? Patient(own)
        : throw new MaintenanceException("No database is configured: set ConnectionStrings__ragdb.");

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => await OpenAsync(Ours, cancellationToken);

    public static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder connection, CancellationToken cancellationToken)
    {
        var opened = new NpgsqlConnection(connection.ConnectionString);
        try
        {
            await opened.OpenAsync(cancellationToken);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same settings without pool and time limit.</summary>
    /// <exception cref="MaintenanceException">It is not a connection string.</exception>
    public static NpgsqlConnectionStringBuilder Patient(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString)
            {
                Pooling = false,
                Timeout = 10,
                CommandTimeout = 0,
                KeepAlive = 30,
                ApplicationName = "ragaspire-backup",
            };
        }
        catch (Exception ex) when (ex is ArgumentException or KeyNotFoundException or FormatException)
        {
            throw new MaintenanceException($"The connection string cannot be read: {ex.Message}", ex);
        }
    }

    /// <summary>One backup is written at a time. The lock goes with the connection, also when this process is killed.</summary>
    public static Task<bool> TryLockWritingAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.Command("select pg_try_advisory_lock($1)", AdvisoryLocks.BackupWriting).ScalarAsync<bool>(cancellationToken);

    /// <summary>Nothing is deleted while somebody reads.</summary>
    public static Task LockReadingAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.Command("select pg_advisory_lock_shared($1)", AdvisoryLocks.BackupReading).ExecuteAsync(cancellationToken);

    /// <summary>False while somebody reads.</summary>
    public static Task<bool> TryLockDeletingAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.Command("select pg_try_advisory_lock($1)", AdvisoryLocks.BackupReading).ScalarAsync<bool>(cancellationToken);
}
