using System.Net;
using Garnet;
using Garnet.common;
using Garnet.server;
using Garnet.server.Auth.Settings;
using Microsoft.Extensions.Logging;
using Tsavorite.core;

namespace RagAspire.Embedded.Redis;

/// <summary>
/// Garnet in this process, in Redis' place: strings, hashes, lists, sets, expiry and pub/sub on loopback. With a data
/// directory every write goes to an append-only file within a second and is there after a restart; what a killed
/// process wrote in its last second may be lost, which is what a cache can afford. A damaged file is put away and the
/// cache starts empty. Lua scripts are off.
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

    /// <summary>The port on 127.0.0.1; it stays the same over a stop and start of this object.</summary>
    public int Port { get; private set; }

    /// <summary>For StackExchange.Redis.</summary>
    public string ConnectionString => $"127.0.0.1:{Port}"
        + (_options.Password is { } password ? $",password={password}" : "")
        + ",abortConnect=false";

    /// <exception cref="EmbeddedStoreException">The port is in use, or another process uses the data directory.</exception>
    public static EmbeddedRedis Start(RedisOptions options, ILoggerFactory? loggerFactory = null)
    {
        var directoryLock = options.DataDirectory is { } directory
            ? DirectoryLock.Take(Path.Combine(directory, "redis.lock"))
            : null;
        var redis = new EmbeddedRedis(options, loggerFactory, directoryLock);
        try
        {
            redis.Start();
            return redis;
        }
        catch
        {
            directoryLock?.Dispose();
            throw;
        }
    }

    /// <summary>Starts again after <see cref="StopAsync"/>, on the same port.</summary>
    public void Start()
    {
        if (_server is not null)
        {
            return;
        }

        var port = Port != 0 ? Port : _options.Port != 0 ? _options.Port : FreePort.Next();
        if (!FreePort.IsFree(port))
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

    /// <summary>Drops all connections and stops listening. What was written stays when there is a data directory.</summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        var server = Interlocked.Exchange(ref _server, null);
        if (server is null)
        {
            return;
        }

        if (_options.DataDirectory is not null)
        {
            // The last second of writes waits in memory for its turn.
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
            // The native device wants a library that many machines lack, and the absence ends the process.
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
