using Npgsql;
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
    private readonly Lazy<Task<PrivatePostgres>> _postgres = new(() => PrivatePostgres.StartAsync());
    private readonly Lazy<EmbeddedRedis> _redis = new(() => EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 }));
    private int _databases;
    private int _prefixes;

    /// <summary>The connection string of the Garnet that all tests share. It is never stopped during a run.</summary>
    public string Redis => _redis.Value.ConnectionString;

    /// <summary>A prefix for keys and channels that no other test uses.</summary>
    public string UniquePrefix() => $"t{Interlocked.Increment(ref _prefixes)}:";

    /// <summary>Makes a fresh database.</summary>
    /// <param name="template">
    /// Null for an empty one, or the connection string (or name) of a database of this server to copy. Nobody may be
    /// connected to the template meanwhile; its pooled connections are closed here.
    /// </param>
    /// <returns>The connection string of the new database.</returns>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var postgres = await _postgres.Value;
        return await postgres.CreateDatabaseAsync($"test_{Interlocked.Increment(ref _databases)}", template);
    }

    /// <summary>A database of this server as the superuser, for what the role of the application may not do.</summary>
    public async Task<string> SuperuserAsync(string database) =>
        (await _postgres.Value).SuperuserConnectionStringFor(new NpgsqlConnectionStringBuilder(database).Database!);

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
