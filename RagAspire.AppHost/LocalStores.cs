using Npgsql;
using RagAspire.Embedded;
using RagAspire.Embedded.Postgres;
using RagAspire.Embedded.Processes;
using RagAspire.Embedded.Redis;

namespace RagAspire.AppHost;

/// <summary>PostgreSQL and Redis: our own, or those that a connection string names.</summary>
public sealed class LocalStores : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);

    private LocalStores()
    {
    }

    public required string Database { get; init; }

    public required string Cache { get; init; }

    /// <summary>Our own, or null when another server is used.</summary>
    public EmbeddedPostgres? Postgres { get; private init; }

    /// <inheritdoc cref="Postgres"/>
    public EmbeddedRedis? Redis { get; private init; }

    /// <exception cref="EmbeddedStoreException">A store does not start.</exception>
    public static async Task<LocalStores> StartAsync(LocalOptions options, CancellationToken cancellationToken)
    {
        var database = Environment.GetEnvironmentVariable("ConnectionStrings__ragdb");
        var cache = Environment.GetEnvironmentVariable("ConnectionStrings__cache");
        var redis = string.IsNullOrEmpty(cache) ? StartRedis(options) : null;
        try
        {
            var postgres = string.IsNullOrEmpty(database)
                ? await EmbeddedPostgres.StartAsync(
                    new PostgresOptions { DataDirectory = options.DataDirectory, Port = options.PostgresPort },
                    cancellationToken: cancellationToken)
                : null;
            return new LocalStores
            {
                Postgres = postgres,
                Redis = redis,
                Database = postgres?.ConnectionString ?? database!,
                Cache = redis?.ConnectionString ?? cache!,
            };
        }
        catch
        {
            await (redis?.DisposeAsync() ?? ValueTask.CompletedTask);
            throw;
        }
    }

    // Loopback is open to everybody who is logged in on this machine.
    private static EmbeddedRedis StartRedis(LocalOptions options) => EmbeddedRedis.Start(new RedisOptions
    {
        DataDirectory = options.DataDirectory,
        Port = options.RedisPort,
        Password = SecretFile.ReadOrCreate(Path.Combine(options.DataDirectory, "redis-password")),
    });

    /// <summary>Waits until it is told to stop, and meanwhile starts PostgreSQL again when it ends unasked.</summary>
    public async Task KeepRunningAsync(ConsoleOutput output, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (Postgres is { ProcessId: null })
            {
                output.Line("postgres", $"has ended; its log is in {Postgres.LogDirectory}. It starts again.");
                await TryRestartAsync(Postgres, output, stop);
            }

            await Task.Delay(Between, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task TryRestartAsync(EmbeddedPostgres postgres, ConsoleOutput output, CancellationToken stop)
    {
        try
        {
            await postgres.StartAsync(stop);
        }
        catch (Exception ex) when (ex is EmbeddedStoreException or NpgsqlException)
        {
            output.Line("postgres", ex.Message);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // We stop anyway.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (Postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
