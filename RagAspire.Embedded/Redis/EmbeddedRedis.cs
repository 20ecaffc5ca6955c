using System.Net;
using Garnet;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Microsoft.Extensions.Logging;
using Tsavorite.core;

namespace RagAspire.Embedded.Redis;

/// <summary>
/// Garnet in this process as the Redis server: strings, hashes, lists, sets, expiry and pub/sub on loopback. With a data
/// directory every write reaches an append-only file within a second and is there after a restart; a killed process may
/// lose its last second of writes, which a cache can afford. A damaged file is moved away and the cache starts empty. Lua
/// scripts are off.
/// </summary>
public sealed class EmbeddedRedis : IAsyncDisposable
{
    private readonly RedisOptions _options;
    private readonly ILoggerFactory? _loggerFactory;
    private readonly DirectoryLock? _lock;
    private GarnetServer? _server;

    private EmbeddedRedis(RedisOptions options, ILoggerFactory? loggerFactory, DirectoryLock? directoryLock)
    {
        (_options, _loggerFactory, _lock) = (options, loggerFactory, directoryLock);
    }

    /// <summary>The port on 127.0.0.1; 0 before the first start, the same after each later one.</summary>
    public int Port { get; private set; }

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}"
        + (_options.Password is { } password ? $",password={password}" : "")
        + ",abortConnect=false";

    public bool IsRunning => _server is not null;

    /// <summary>Locks the data directory. <see cref="Start()"/> does the rest.</summary>
    /// <exception cref="EmbeddedStoreException">Another process uses the data directory.</exception>
    public static EmbeddedRedis Prepare(RedisOptions options, ILoggerFactory? loggerFactory = null)
    {
        var directoryLock = options.DataDirectory is { } directory
            ? DirectoryLock.Take(Path.Combine(directory, "redis.lock"))
            : null;
        return new EmbeddedRedis(options, loggerFactory, directoryLock);
    }

    /// <summary>Prepares and starts.</summary>
    /// <exception cref="EmbeddedStoreException">The port is in use, or another process uses the data directory.</exception>
    public static EmbeddedRedis Start(RedisOptions options, ILoggerFactory? loggerFactory = null)
    {
        var redis = Prepare(options, loggerFactory);
        try
        {
            redis.Start();
            return redis;
        }
        catch
        {
            redis._lock?.Dispose();
            throw;
        }
    }

    /// <summary>Starts the server; after <see cref="StopAsync"/> on the same port.</summary>
    /// <exception cref="EmbeddedStoreException">The port is in use.</exception>
    public void Start()
    {
        if (_server is not null)
        {
            return;
        }

        var port = Port != 0 ? Port : _options.Port != 0 ? _options.Port : FreePort.Next();
        if (!FreePort.IsFreeAgain(port))
        {
            throw new EmbeddedStoreException($"Port {port}, meant for Garnet (Redis), is in use by another program.");
        }

        using var recovery = _options.DataDirectory is { } data ? RedisRecovery.Begin(Folder(data)) : null;
        var server = new GarnetServer(Settings(port), _loggerFactory);
        try
        {
            server.Start();
        }
        catch
        {
            server.Dispose(deleteDir: false);
            throw;
        }

        (_server, Port) = (server, port);
    }

    /// <summary>Closes all connections and stops listening. With a data directory all writes are kept.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        var server = Interlocked.Exchange(ref _server, null);
        if (server is null)
        {
            return;
        }

        if (_options.DataDirectory is not null)
        {
            // The last second of writes is still in memory only.
            await server.Store.CommitAOFAsync(cancellationToken);
        }

        server.Dispose(deleteDir: false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _lock?.Dispose();
    }

    private static string Folder(string dataDirectory) => Path.Combine(Path.GetFullPath(dataDirectory), "redis");

    private GarnetServerOptions Settings(int port)
    {
        var settings = new GarnetServerOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, port)],
            AuthSettings = _options.Password is { } password ? new PasswordAuthenticationSettings(password) : null,
            LogMemorySize = $"{_options.MemoryMegabytes}m",
            PageSize = "1m",
            IndexMemorySize = "4m",
            IndexMaxMemorySize = "64m",
            BufferPoolMemoryBudget = "32m",
            MaxDatabases = 1,
            QuietMode = true,
        };
        if (_options.DataDirectory is { } directory)
        {
            settings.CheckpointDir = Folder(directory);
            // The native device needs a library that many machines lack, and its absence ends the process.
            settings.DeviceType = DeviceType.RandomAccess;
            settings.Recover = true;
            settings.EnableAOF = true;
            settings.AofMemorySize = "16m";
            settings.AofPageSize = "4m";
            settings.AofSegmentSize = "16m";
            settings.AofSizeLimit = "64m";
            settings.CommitFrequencyMs = 1000;
        }

        return settings;
    }
}
