using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace RagAspire.Embedded.Postgres;

/// <summary>
/// A PostgreSQL of our own from the machine's binaries: on loopback, with a cluster in the data directory that
/// outlives every restart. One per data directory.
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private readonly PostgresOptions _options;
    private readonly PostgresCluster _cluster;
    private readonly DirectoryLock _lock;
    private readonly ILogger _logger;
    private string _password = "";

    private EmbeddedPostgres(PostgresOptions options, PostgresCluster cluster, DirectoryLock directoryLock, ILogger logger)
    {
        (_options, _cluster, _lock, _logger) = (options, cluster, directoryLock, logger);
    }

    /// <summary>The port on 127.0.0.1; it stays the same over a stop and start of this object.</summary>
    public int Port { get; private set; }

    /// <summary>The process id of the server, or null while it is stopped.</summary>
    public int? ProcessId => PostmasterFile.Read(_cluster.Directory) is { } server && PostmasterFile.IsRunning(server)
        ? server.ProcessId
        : null;

    /// <summary>The directory with the server's log files.</summary>
    public string LogDirectory => Path.Combine(_cluster.Directory, "log");

    /// <summary>For the database of the options.</summary>
    public string ConnectionString => ConnectionStringFor(_options.Database);

    /// <summary>
    /// Finds PostgreSQL, makes the cluster on the first start, ends the server that a killed predecessor left,
    /// and starts.
    /// </summary>
    /// <exception cref="EmbeddedStoreException">Not installed, already in use, or it does not start; the message says what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        PostgresOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        var major = PostgresCluster.MajorVersion(options);
        var binaries = await PostgresBinaries.FindAsync(options, major, cancellationToken);
        var account = await PostgresAccount.ChooseAsync(cancellationToken);
        Directory.CreateDirectory(options.DataDirectory);
        var directoryLock = DirectoryLock.Take(Path.Combine(options.DataDirectory, "postgres.lock"));
        var cluster = new PostgresCluster(options, binaries, account);
        var server = new EmbeddedPostgres(options, cluster, directoryLock, logger ?? NullLogger.Instance);
        try
        {
            server._password = await cluster.PrepareAsync(cancellationToken);
            await cluster.StopAsync(cancellationToken);
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts again after <see cref="StopAsync"/> or a crash, on the same port.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var port = Port != 0 ? Port : _options.Port != 0 ? _options.Port : FreePort.Next();
            if (!FreePort.IsFree(port))
            {
                throw new EmbeddedStoreException($"Port {port}, meant for PostgreSQL, is in use by another program.");
            }

            await _cluster.WriteSettingsAsync(port, cancellationToken);
            var failure = await _cluster.TryStartAsync(cancellationToken);
            if (failure is null)
            {
                Port = port;
                await EnsureDatabaseAsync(cancellationToken);
                Log.Started(_logger, port, ProcessId);
                return;
            }

            // The free port was taken a moment later, or the last processes of a killed server are still leaving.
            if (attempt == attempts || !IsPassing(failure))
            {
                throw new EmbeddedStoreException($"PostgreSQL does not start on {_cluster.Directory}:\n{failure}");
            }

            await Task.Delay(TimeSpan.FromSeconds(attempt), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Stops the server quickly and safely; the object can start it again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _cluster.StopAsync(cancellationToken);
        Log.Stopped(_logger, Port);
    }

    /// <summary>A connection string for another database of this server.</summary>
    public string ConnectionStringFor(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Username = PostgresCluster.User,
        Password = _password,
        Database = database,
        // Everything is on this machine: encryption and its negotiation would only cost time.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _cluster.StopAsync(CancellationToken.None);
        }
        finally
        {
            _lock.Dispose();
        }
    }

    /// <summary>The server that runs on a data directory, whoever started it, or null.</summary>
    public static ProcessMark? RunningOn(string dataDirectory)
    {
        var cluster = PostgresCluster.PathIn(new PostgresOptions { DataDirectory = dataDirectory });
        return PostmasterFile.Read(cluster) is { } server && PostmasterFile.IsRunning(server) ? server : null;
    }

    /// <summary>Ends a server that a killed owner left, quickly and safely.</summary>
    public static Task<bool> EndAsync(ProcessMark server, CancellationToken cancellationToken) =>
        PostgresShutdown.EndAsync(server, binaries: null, cancellationToken);

    /// <summary>Lets go of the server without stopping it, as a killed process does.</summary>
    internal void Abandon() => _lock.Dispose();

    private static bool IsPassing(string failure) =>
        failure.Contains("Address already in use", StringComparison.Ordinal)
        || failure.Contains("shared memory block", StringComparison.Ordinal);

    private async Task EnsureDatabaseAsync(CancellationToken cancellationToken)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(ConnectionStringFor("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var exists = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        exists.Parameters.AddWithValue(_options.Database);
        if (await exists.ExecuteScalarAsync(cancellationToken) is null)
        {
            var name = '"' + _options.Database.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
            await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "PostgreSQL listens on 127.0.0.1:{Port}, process {ProcessId}")]
        public static partial void Started(ILogger logger, int port, int? processId);

        [LoggerMessage(2, LogLevel.Information, "PostgreSQL on port {Port} has stopped")]
        public static partial void Stopped(ILogger logger, int port);
    }
}
