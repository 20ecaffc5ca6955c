using System.Net.Sockets;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;
using StackExchange.Redis;

namespace RagAspire.Tests.Database;

public sealed class UnavailabilityTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=x;Timeout=2")]
    [InlineData("Host=nowhere.invalid;Username=x;Timeout=2")]
    public async Task A_server_that_cannot_be_reached_is_unavailable(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => connection.OpenAsync(Token));

        Assert.True(Unavailability.IsUnavailable(exception), exception.ToString());
        Assert.True(Unavailability.IsUnavailable(new InvalidOperationException("wrapped", exception)));
        Assert.False(Unavailability.IsTimeout(exception));
    }

    [Fact]
    public async Task A_slow_command_is_unavailable_for_lack_of_time()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        var command = dataSource.Command("select pg_sleep(30)");
        command.CommandTimeout = 1;

        var exception = await Assert.ThrowsAnyAsync<Exception>(() => command.ExecuteAsync(Token));

        Assert.True(Unavailability.IsUnavailable(exception), exception.ToString());
        Assert.True(Unavailability.IsTimeout(exception));
    }

    [Fact]
    public async Task A_wrong_command_is_not_unavailable()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());

        var exception = await Assert.ThrowsAsync<PostgresException>(() => dataSource.Command("select nothing_like_this").ExecuteAsync(Token));

        Assert.False(Unavailability.IsUnavailable(exception));
    }

    [Fact]
    public async Task A_server_that_closes_every_new_connection_is_unavailable_and_one_that_refuses_the_password_is_not()
    {
        static PostgresException Refusal(string severity, string state) => new("not this time", severity, severity, state);
        Assert.True(Unavailability.IsUnavailable(Refusal("FATAL", PostgresErrorCodes.InternalError)));
        Assert.True(Unavailability.IsUnavailable(Refusal("PANIC", PostgresErrorCodes.InternalError)));
        Assert.False(Unavailability.IsUnavailable(Refusal("ERROR", PostgresErrorCodes.InternalError)));

        var unknown = new NpgsqlConnectionStringBuilder(await stores.CreateDatabaseAsync()) { Username = "unknown", Password = "wrong" };
        await using var connection = new NpgsqlConnection(unknown.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Token));
        Assert.False(Unavailability.IsUnavailable(refused), refused.ToString());
    }

    [Theory]
    [InlineData(PostgresErrorCodes.DiskFull, "could not extend file \"base/5/16392\"", true)]
    [InlineData(PostgresErrorCodes.InternalError, "could not write init file", true)]
    [InlineData(PostgresErrorCodes.IoError, "could not write block 7: No space left on device", true)]
    [InlineData(PostgresErrorCodes.InvalidTextRepresentation, "invalid input: \"No space left on device\"", false)]
    [InlineData(PostgresErrorCodes.InternalError, "cache lookup failed for relation 7", false)]
    public void A_full_disk_is_unavailability_whatever_code_the_server_gives_it(string code, string message, bool isFull)
    {
        var exception = new PostgresException(message, "ERROR", "ERROR", code);

        Assert.Equal(isFull, DiskSpace.IsExhausted(new InvalidOperationException("wrapped", exception)));
        Assert.Equal(isFull, DiskSpace.IsDatabaseExhausted(exception));
        Assert.Equal(isFull, Unavailability.IsUnavailable(exception));
    }

    [Fact]
    public void Timeouts_and_socket_errors_of_other_components_do_not_blame_the_database()
    {
        Exception[] others =
        [
            new TimeoutException(), new SocketException(), new RedisException("slow"),
            new HttpRequestException("away", new SocketException()),
        ];

        Assert.All(others, other => Assert.False(Unavailability.IsUnavailable(other)));
        Assert.All(others, other => Assert.False(Unavailability.IsTimeout(other)));
    }
}
