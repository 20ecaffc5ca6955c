using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RagAspire.Database;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Support;

[assembly: AssemblyFixture(typeof(Stores))]

namespace RagAspire.Tests.Support;

/// <summary>
/// The stores of one test run: one PostgreSQL and one Garnet, started when the first test asks for them. A test class
/// takes this by its constructor and makes itself a database, which costs far less than a server.
/// </summary>
public sealed class Stores : IAsyncDisposable
{
    private readonly Lazy<Task<PrivatePostgres>> _postgres = new(() => PrivatePostgres.StartAsync(inMemory: true));
    private readonly Lazy<Task<string>> _migrated;
    private readonly Lazy<EmbeddedRedis> _redis = new(() => EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 }));
    private int _databases;
    private int _prefixes;

    public Stores() => _migrated = new(MigrateAsync);

    /// <summary>The connection string of the Garnet that all tests share. It is never stopped during a run.</summary>
    public string Redis => _redis.Value.ConnectionString;

    /// <summary>A prefix for keys and channels that no other test uses.</summary>
    public string UniquePrefix() => $"t{Interlocked.Increment(ref _prefixes)}:";

    /// <summary>Makes a fresh database.</summary>
    /// <param name="template">
    /// Null for an empty one, or the connection string (or name) of a database of this server to copy. There must
    /// be no connection to the template meanwhile; the pooled ones are closed here.
    /// </param>
    /// <returns>The connection string of the new database.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var postgres = await _postgres.Value;
        return await postgres.CreateDatabaseAsync($"test_{Interlocked.Increment(ref _databases)}", template);
    }

    /// <summary>Makes a fresh database with the newest schema: a copy, which costs less than the migrations.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateMigratedAsync()
    {
        var database = await CreateDatabaseAsync(await _migrated.Value);
        await using var dataSource = Unpooled(database);

        // Two databases of one identity would find each other's results in the Redis that they share.
        await dataSource.Command("update installation set id = gen_random_uuid(), created_at = now()")
            .ExecuteAsync(CancellationToken.None);
        return database;
    }

    /// <summary>A database of this server as the superuser, for what the role of the application may not do.</summary>
    public async Task<string> SuperuserAsync(string database) =>
        (await _postgres.Value).SuperuserConnectionStringFor(new NpgsqlConnectionStringBuilder(database).Database!);

    private async Task<string> MigrateAsync()
    {
        var database = await CreateDatabaseAsync();
        await using var dataSource = Unpooled(database);
        await new Migrator(dataSource, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
        return database;
    }

    /// <summary>Leaves no connection to a database that is copied, or that a test wants to itself.</summary>
    private static NpgsqlDataSource Unpooled(string database) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Pooling = false });

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_redis.IsValueCreated)
        {
            await _redis.Value.DisposeAsync();
        }

        if (_postgres.IsValueCreated)
        {
            await (await _postgres.Value).DisposeAsync();
        }
    }
}
