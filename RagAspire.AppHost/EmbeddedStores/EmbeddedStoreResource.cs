using Microsoft.Extensions.Logging;
using RagAspire.Embedded.Postgres;
using RagAspire.Embedded.Redis;

namespace RagAspire.AppHost.EmbeddedStores;

/// <summary>
/// A store that the AppHost runs itself. Its connection string exists once the server has started for the first time, and
/// a request for it waits until then: ports and passwords are chosen by the start.
/// </summary>
internal abstract class EmbeddedStoreResource(string name) : Resource(name), IResourceWithConnectionString
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A port on 127.0.0.1; 0 before the first start.</summary>
    public abstract int Port { get; }

    public abstract bool IsRunning { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{new StartedConnectionString(this)}");

    /// <summary>The connection string of the running server.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>Finds what the server needs.</summary>
    /// <exception cref="Embedded.EmbeddedStoreException">It can never start here; the message says how to go on.</exception>
    public abstract Task PrepareAsync(ILogger logger, CancellationToken cancellationToken);

    /// <exception cref="Embedded.EmbeddedStoreException">It does not start; a later attempt may succeed.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await StartServerAsync(cancellationToken);
        _started.TrySetResult();
    }

    public abstract Task StopAsync(CancellationToken cancellationToken);

    /// <summary>Stops the server and releases the data directory.</summary>
    public abstract ValueTask DisposeAsync();

    /// <summary>The server's log from now on, where the server does not write to a logger itself.</summary>
    public virtual IAsyncEnumerable<string> FollowLogAsync(CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<string>();

    public async ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default)
    {
        await _started.Task.WaitAsync(cancellationToken);
        return ConnectionString;
    }

    protected abstract Task StartServerAsync(CancellationToken cancellationToken);

    private sealed class StartedConnectionString(EmbeddedStoreResource store) : IValueProvider, IManifestExpressionProvider
    {
        public string ValueExpression => $"{{{store.Name}.connectionString}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) =>
            store.GetConnectionStringAsync(cancellationToken);
    }
}

/// <summary>PostgreSQL from the machine's binaries, run as an unprivileged account under root.</summary>
internal sealed class EmbeddedPostgresResource(string name, PostgresOptions options) : EmbeddedStoreResource(name)
{
    private EmbeddedPostgres? _server;

    public override int Port => _server?.Port ?? 0;

    public override bool IsRunning => _server?.ProcessId is not null;

    public override string ConnectionString => _server!.ConnectionString;

    /// <summary>The directory of the server's log files.</summary>
    public string LogDirectory => Path.Combine(Path.GetFullPath(options.DataDirectory), "postgres", "log");

    public override async Task PrepareAsync(ILogger logger, CancellationToken cancellationToken) =>
        _server = await EmbeddedPostgres.PrepareAsync(options, logger, cancellationToken);

    public override Task StopAsync(CancellationToken cancellationToken) => _server!.StopAsync(cancellationToken);

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    public override IAsyncEnumerable<string> FollowLogAsync(CancellationToken cancellationToken) =>
        _server!.FollowLogAsync(cancellationToken);

    protected override Task StartServerAsync(CancellationToken cancellationToken) => _server!.StartAsync(cancellationToken);
}

/// <summary>A database of the embedded server, with the server's state.</summary>
internal sealed class EmbeddedDatabaseResource(string name, EmbeddedPostgresResource parent)
    : Resource(name), IResourceWithParent<EmbeddedPostgresResource>, IResourceWithConnectionString
{
    public EmbeddedPostgresResource Parent => parent;

    public ReferenceExpression ConnectionStringExpression => parent.ConnectionStringExpression;

    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default) =>
        parent.GetConnectionStringAsync(cancellationToken);
}

/// <summary>Garnet inside the AppHost's process, in the place of Redis.</summary>
internal sealed class EmbeddedRedisResource(string name, RedisOptions options) : EmbeddedStoreResource(name)
{
    private EmbeddedRedis? _server;

    public override int Port => _server?.Port ?? 0;

    public override bool IsRunning => _server?.IsRunning ?? false;

    public override string ConnectionString => _server!.ConnectionString;

    public override Task PrepareAsync(ILogger logger, CancellationToken cancellationToken)
    {
        _server = EmbeddedRedis.Prepare(options, new ResourceLoggerFactory(logger, LogLevel.Information));
        return Task.CompletedTask;
    }

    public override Task StopAsync(CancellationToken cancellationToken) => _server!.StopAsync(cancellationToken);

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override Task StartServerAsync(CancellationToken cancellationToken)
    {
        _server!.Start();
        return Task.CompletedTask;
    }
}
