using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.ServiceDefaults;

public sealed class PreparedStatementTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", 1)]
    [InlineData(";Max Auto Prepare=0", 0)]
    public async Task A_statement_that_is_asked_again_is_prepared_where_the_connection_string_does_not_forbid_it(
        string setting, long expected)
    {
        await using var core = await CoreServices.CreateAsync(stores, await stores.CreateMigratedAsync() + setting);
        await using var connection = await core.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        for (var time = 0; time < 10; time++)
        {
            Assert.Equal(41 + time, await connection.Command("select 41 + $1", time).ScalarAsync<int>(Token));
        }

        var prepared = await connection.Command("select count(*) from pg_prepared_statements where statement = 'select 41 + $1'")
            .ScalarAsync<long>(Token);
        Assert.Equal(expected, prepared);
    }
}
