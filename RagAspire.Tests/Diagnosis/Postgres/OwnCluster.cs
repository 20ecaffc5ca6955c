using Npgsql;
using RagAspire.Embedded.Postgres;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Diagnosis.Postgres;

/// <summary>A cluster of a test's own in a data directory, as the product runs it, for tests that break it.</summary>
internal sealed class OwnCluster : IAsyncDisposable
{
    private readonly IDisposable? _directory;

    private OwnCluster(string path, EmbeddedPostgres server, IDisposable? directory) =>
        (DataDirectory, Server, _directory) = (path, server, directory);

    public string DataDirectory { get; }

    public string Directory => Path.Combine(DataDirectory, "postgres");

    public EmbeddedPostgres Server { get; }

    public string Database => Server.ConnectionString;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<OwnCluster> StartAsync(int maxConnections = 40, bool durable = false)
    {
        var directory = TestDirectory.Create("doctor");
        return StartAsync(directory.Path, maxConnections, durable, directory);
    }

    public static async Task<OwnCluster> StartAsync(
        string dataDirectory, int maxConnections = 40, bool durable = false, IDisposable? directory = null)
    {
        var options = new PostgresOptions
        {
            DataDirectory = dataDirectory,
            Durable = durable,
            SharedBuffersMegabytes = 32,
            MaxConnections = maxConnections,
        };
        return new OwnCluster(dataDirectory, await EmbeddedPostgres.StartAsync(options, cancellationToken: Token), directory);
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>For what the role of the application may not do.</summary>
    public async Task ExecuteAsSuperuserAsync(string sql)
    {
        await using var connection = await OpenAsync(Server.SuperuserConnectionStringFor("ragdb"));
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Token))!;
    }

    public Task<NpgsqlConnection> OpenAsync() => OpenAsync(Database);

    public static async Task<NpgsqlConnection> OpenAsync(string database)
    {
        var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Token);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await Server.DisposeAsync();
        _directory?.Dispose();
    }
}
