using Microsoft.Extensions.Configuration;
using Npgsql;
using RagAspire.Database;
using RagAspire.Maintenance;

namespace RagAspire.Backups;

/// <summary>
/// Connections and locks of backups. The connections are not pooled, because they live long and hold advisory locks, and
/// their commands have no time limit.
/// </summary>
public sealed class BackupDatabase(IConfiguration configuration)
{
    private const int LockAttempts = 10;
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The connection string of the database that is backed up.</summary>
    /// <exception cref="MaintenanceException">None is configured.</exception>
    public NpgsqlConnectionStringBuilder Live => configuration.GetConnectionString("ragdb") is { Length: > 0 } connectionString
        ? Unpooled(connectionString)
        : throw new MaintenanceException("No database is configured: set ConnectionStrings__ragdb.");

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        await OpenAsync(Live, cancellationToken);

    public static async Task<NpgsqlConnection> OpenAsync(
        NpgsqlConnectionStringBuilder connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>The connection string with pooling and time limits of commands switched off.</summary>
    /// <exception cref="MaintenanceException">The connection string is malformed.</exception>
    public static NpgsqlConnectionStringBuilder Unpooled(string connectionString)
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
            }.ToPrimary();
        }
        catch (Exception ex) when (ex is ArgumentException or KeyNotFoundException or FormatException)
        {
            throw new MaintenanceException($"The connection string is malformed: {ex.Message}", ex);
        }
    }

    /// <summary>An identifier in double quotes, for SQL.</summary>
    public static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>
    /// Takes the lock of the one backup that may be written at a time. As all locks here, it ends with its connection, also
    /// when the process is killed.
    /// </summary>
    public static Task<bool> TryLockWriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        TryLockAsync(connection, AdvisoryLocks.BackupWriting, cancellationToken);

    /// <summary>Takes a shared lock that keeps retention from deleting backups while they are read.</summary>
    public static Task LockReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.Command("select pg_advisory_lock_shared($1)", AdvisoryLocks.BackupReading).ExecuteAsync(cancellationToken);

    /// <summary>Takes the lock for deleting backups.</summary>
    /// <returns>False while a backup is being read.</returns>
    public static Task<bool> TryLockDeleteAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        TryLockAsync(connection, AdvisoryLocks.BackupReading, cancellationToken);

    /// <summary>Takes the lock of a restore, in the target database.</summary>
    public static Task<bool> TryLockRestoreAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        TryLockAsync(connection, AdvisoryLocks.Restore, cancellationToken);

    /// <summary>Takes the lock of a restore drill, in the live database.</summary>
    public static Task<bool> TryLockDrillAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        TryLockAsync(connection, AdvisoryLocks.RestoreDrill, cancellationToken);

    // The server ends a closed session, and with it the locks, a moment after the client has closed it. So the work that
    // follows another one at once must not be refused at the first attempt.
    private static async Task<bool> TryLockAsync(NpgsqlConnection connection, long key, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await connection.Command("select pg_try_advisory_lock($1)", key).ScalarAsync<bool>(cancellationToken))
            {
                return true;
            }

            if (attempt == LockAttempts)
            {
                return false;
            }

            await Task.Delay(LockPause, TimeProvider.System, cancellationToken);
        }
    }
}
