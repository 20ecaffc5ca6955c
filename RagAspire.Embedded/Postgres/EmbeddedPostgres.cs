using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace RagAspire.Embedded.Postgres;

/// <summary>
/// A PostgreSQL server from the machine's binaries: on loopback, with a cluster in the data directory that outlives every
/// restart. One per data directory.
/// </summary>
public sealed partial class EmbeddedPostgres : IAsyncDisposable
{
    private readonly PostgresOptions _options;
    private readonly PostgresCluster _cluster;
    private readonly DirectoryLock _lock;
    private readonly ILogger _logger;
    private PostgresPasswords? _passwords;

    private EmbeddedPostgres(PostgresOptions options, PostgresCluster cluster, DirectoryLock directoryLock, ILogger logger)
    {
        (_options, _cluster, _lock, _logger) = (options, cluster, directoryLock, logger);
    }

    /// <summary>The port on 127.0.0.1; 0 before the first start, the same after each later one.</summary>
    public int Port { get; private set; }

    /// <summary>
    /// The process id of the server, or null while it is stopped. Before the first start a server of a killed predecessor may
    /// run on the directory, which is none of this object.
    /// </summary>
    public int? ProcessId =>
        Port != 0 && PostmasterFile.Read(_cluster.Directory) is { } server && PostmasterFile.IsRunning(server)
            ? server.ProcessId
            : null;

    /// <summary>The role that restores backups; it has no rights but on what it restores.</summary>
    public static string RestoreRole => PostgresRoles.Restore;

    /// <summary>The file with the password of that login.</summary>
    public static string RestorePasswordFile(string dataDirectory) =>
        Path.Combine(dataDirectory, PostgresPasswords.RestoreFile);

    /// <summary>The directory with the server's log files.</summary>
    public string LogDirectory => Path.Combine(_cluster.Directory, "log");

    /// <summary>For the database of the options, as the role that owns it. Valid after the first start.</summary>
    public string ConnectionString => ConnectionStringFor(_options.Database);

    /// <summary>Finds PostgreSQL and locks the data directory, for <see cref="StartAsync(CancellationToken)"/>.</summary>
    /// <exception cref="EmbeddedStoreException">
    /// Not installed, of the wrong version, or the data directory is in use; the message says how to go on.
    /// </exception>
    public static async Task<EmbeddedPostgres> PrepareAsync(
        PostgresOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        var major = PostgresCluster.MajorVersion(options);
        var binaries = await PostgresBinaries.FindAsync(options, major, cancellationToken);
        var account = await PostgresAccount.ChooseAsync(cancellationToken);
        Directory.CreateDirectory(options.DataDirectory);
        var directoryLock = DirectoryLock.Take(Path.Combine(options.DataDirectory, "postgres.lock"));
        return new EmbeddedPostgres(
            options, new PostgresCluster(options, binaries, account), directoryLock, logger ?? NullLogger.Instance);
    }

    /// <summary>Prepares and starts.</summary>
    /// <exception cref="EmbeddedStoreException">It does not start; the message says how to go on.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        PostgresOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        var server = await PrepareAsync(options, logger, cancellationToken);
        try
        {
            await server.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Starts the server: creates the cluster at the first start, and stops the server that a killed predecessor left.
    /// After <see cref="StopAsync"/> or a crash it starts again on the same port.
    /// </summary>
    /// <exception cref="EmbeddedStoreException">It does not start; the message has the server's reason.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _passwords ??= await _cluster.PrepareAsync(cancellationToken);
        await _cluster.StopAsync(cancellationToken);
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var port = Port != 0 ? Port : _options.Port != 0 ? _options.Port : FreePort.Next();
            if (!FreePort.IsFreeAgain(port))
            {
                throw new EmbeddedStoreException($"Port {port}, meant for PostgreSQL, is in use by another program.");
            }

            await _cluster.WriteSettingsAsync(port, cancellationToken);
            var failure = await _cluster.TryStartAsync(cancellationToken);
            if (failure is null)
            {
                Port = port;
                var server = new NpgsqlConnectionStringBuilder(SuperuserConnectionStringFor("postgres"));
                await new PostgresRoles(_passwords, server, _logger).EnsureAsync(_options.Database, cancellationToken);
                Log.Started(_logger, port, ProcessId);
                return;
            }

            // Another program took the free port meanwhile, or the last processes of a killed server are still ending.
            if (attempt == attempts || !IsTransient(failure))
            {
                throw new EmbeddedStoreException($"PostgreSQL does not start on {_cluster.Directory}:\n{failure}");
            }

            await Task.Delay(TimeSpan.FromSeconds(attempt), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Stops the server with a fast shutdown; it can be started again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        await _cluster.StopAsync(cancellationToken);
        Log.Stopped(_logger, Port);
    }

    /// <summary>A connection string for another database of this server.</summary>
    public string ConnectionStringFor(string database) =>
        PostgresRoles.ConnectionString(PostgresRoles.Application, _passwords!.Application, database, Port);

    /// <summary>For work that the application may not do. Nothing of the application is given this.</summary>
    public string SuperuserConnectionStringFor(string database) =>
        PostgresRoles.ConnectionString(PostgresRoles.Superuser, _passwords!.Superuser, database, Port);

    /// <summary>The lines that the server logs from now on, across restarts, until cancelled.</summary>
    public IAsyncEnumerable<string> FollowLogAsync(CancellationToken cancellationToken) =>
        PostgresLog.FollowAsync(_cluster.Directory, cancellationToken);

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

    /// <summary>The server that runs on a data directory, of this or any other process, or null.</summary>
    public static ProcessIdentity? RunningOn(string dataDirectory)
    {
        var cluster = PostgresCluster.PathIn(new PostgresOptions { DataDirectory = dataDirectory });
        return PostmasterFile.Read(cluster) is { } server && PostmasterFile.IsRunning(server) ? server : null;
    }

    /// <summary>Stops a server that a killed owner left.</summary>
    /// <returns>Whether it has ended.</returns>
    public static Task<bool> EndAsync(ProcessIdentity server, CancellationToken cancellationToken) =>
        PostgresShutdown.EndAsync(server, binaries: null, cancellationToken);

    /// <summary>
    /// Releases the data directory and lets the server run on after this process. The next owner of the directory stops it
    /// and starts it again.
    /// </summary>
    public void Detach() => _lock.Dispose();

    /// <summary>
    /// For the server that runs, or last ran, on a data directory; null without a cluster in it. Nothing is started.
    /// </summary>
    public static string? LastConnectionString(string dataDirectory)
    {
        var options = new PostgresOptions { DataDirectory = dataDirectory };
        var settings = Path.Combine(PostgresCluster.PathIn(options), PostgresSettings.FileName);
        var password = Path.Combine(dataDirectory, PostgresPasswords.ApplicationFile);
        if (!File.Exists(settings) || !File.Exists(password) || PostgresSettings.PortIn(File.ReadLines(settings)) is not { } port)
        {
            return null;
        }

        return PostgresRoles.ConnectionString(
            PostgresRoles.Application, File.ReadAllText(password).Trim(), options.Database, port);
    }

    private static bool IsTransient(string failure) =>
        failure.Contains("Address already in use", StringComparison.Ordinal)
        || failure.Contains("shared memory block", StringComparison.Ordinal);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "PostgreSQL listens on 127.0.0.1:{Port}, process {ProcessId}")]
        public static partial void Started(ILogger logger, int port, int? processId);

        [LoggerMessage(2, LogLevel.Information, "PostgreSQL on port {Port} has stopped")]
        public static partial void Stopped(ILogger logger, int port);
    }
}
