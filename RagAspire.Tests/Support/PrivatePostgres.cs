using Npgsql;
using RagAspire.Embedded.Postgres;

namespace RagAspire.Tests.Support;

/// <summary>
/// A PostgreSQL of a test's own, for tests that stop it and start it again. It costs about two seconds, so everything
/// else takes a database from <see cref="Stores"/>.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private readonly TestDirectory _directory;
    private readonly EmbeddedPostgres _server;

    private PrivatePostgres(TestDirectory directory, EmbeddedPostgres server) => (_directory, _server) = (directory, server);

    /// <summary>For the database <c>ragdb</c>, which exists and is empty.</summary>
    public string ConnectionString => _server.ConnectionString;

    /// <summary>For what an ordinary role may not do, such as changes of the system's tables.</summary>
    public string SuperuserConnectionStringFor(string database) => _server.SuperuserConnectionStringFor(database);

    public string RestorePasswordFile => EmbeddedPostgres.RestorePasswordFile(_directory.Path);

    public int Port => _server.Port;

    public int? ProcessId => _server.ProcessId;

    /// <param name="inMemory">For a server with a great many databases: see <see cref="TestDirectory.Create"/>.</param>
    public static async Task<PrivatePostgres> StartAsync(bool inMemory = false)
    {
        var directory = TestDirectory.Create("postgres", inMemory);
        try
        {
            return new PrivatePostgres(directory, await EmbeddedPostgres.StartAsync(Options(directory.Path)));
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Stops the server; clients see a shutdown and then refused connections.</summary>
    public Task StopPostgresAsync() => _server.StopAsync();

    /// <summary>Starts it again on the same port with the same data.</summary>
    public Task StartPostgresAsync() => _server.StartAsync(TestContext.Current.CancellationToken);

    /// <inheritdoc cref="Stores.CreateDatabaseAsync"/>
    public async Task<string> CreateDatabaseAsync(string name, string? template = null)
    {
        var source = template is null ? "template0" : template.Contains('=', StringComparison.Ordinal)
            ? new NpgsqlConnectionStringBuilder(template).Database
            : template;
        if (template is not null)
        {
            await using var pooled = new NpgsqlConnection(_server.ConnectionStringFor(source!));
            NpgsqlConnection.ClearPool(pooled);
        }

        var administration = new NpgsqlConnectionStringBuilder(_server.ConnectionStringFor("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(administration.ConnectionString);
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE \"{name}\" TEMPLATE \"{source}\"", connection);
        await create.ExecuteNonQueryAsync();
        return _server.ConnectionStringFor(name);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private static PostgresOptions Options(string directory) => new()
    {
        DataDirectory = directory,
        Durable = false,
        SharedBuffersMegabytes = 64,
    };
}
