using Npgsql;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>A statement with the value that it gave.</summary>
public sealed record Measured<T>(string Query, T Value);

/// <summary>A session for diagnosis. It belongs to no pool, reads only, and each of its statements has a time limit.</summary>
public sealed class PostgresSession : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private PostgresSession(NpgsqlConnection connection) => _connection = connection;

    /// <summary>The major version of the server.</summary>
    public int Major => _connection.PostgreSqlVersion.Major;

    /// <summary>False once the server has ended the session.</summary>
    public bool IsOpen => _connection.State == System.Data.ConnectionState.Open;

    /// <summary>The host that the session leads to, which is the primary where the connection string names several.</summary>
    public string? Host => _connection.Host;

    public int Port => _connection.Port;

    public string Version => _connection.PostgreSqlVersion.ToString();

    /// <exception cref="NpgsqlException">The server cannot be reached or refuses.</exception>
    public static async Task<PostgresSession> OpenAsync(
        NpgsqlConnectionStringBuilder target, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var connection = new NpgsqlConnection(target.ConnectionString);
        try
        {
            await connection.OpenAsync(limit.Token);
            var milliseconds = (long)timeout.TotalMilliseconds;
            await connection.Command($"set statement_timeout = {milliseconds}; set lock_timeout = 250").ExecuteAsync(limit.Token);
            return new PostgresSession(connection);
        }
        catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            await connection.DisposeAsync();
            throw new NpgsqlException("No answer in time", new TimeoutException("No answer in time", ex));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<Measured<T?>> MeasureAsync<T>(string sql, CancellationToken cancellationToken) =>
        new(sql, await _connection.Command(sql).ScalarAsync<T>(cancellationToken));

    public Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellationToken) =>
        _connection.Command(sql).ScalarAsync<T>(cancellationToken);

    public Task<List<T>> ListAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) =>
        _connection.Command(sql).ListAsync(read, cancellationToken);

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        await _connection.Command(sql).ExecuteAsync(cancellationToken);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
