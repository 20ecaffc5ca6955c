using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Database;

public sealed class MigratorTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processes_that_start_together_apply_each_script_once()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Migrator(dataSource).MigrateAsync(Token)));

        var names = await dataSource.Command("select name from schema_migrations order by name").ListAsync(row => row.GetString(0), Token);
        Assert.Equal("0001_documents.sql", names[0]);
        Assert.Equal(names.Distinct(), names);
        Assert.Equal(names.Select(name => name[..4]).Distinct().Count(), names.Count);
    }

    [Fact]
    public async Task A_script_that_was_edited_after_it_was_applied_is_an_error_that_names_it()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await Migrator(dataSource).MigrateAsync(Token);
        await dataSource.Command("update schema_migrations set sha256 = 'other' where name like '0002%'").ExecuteAsync(Token);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator(dataSource).MigrateAsync(Token));

        Assert.Contains("0002_operations.sql", error.Message);
    }

    [Fact]
    public async Task Whoever_has_seen_one_change_has_seen_all_before_it_however_many_write_at_once()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var (dataSource, changes) = (core.Get<NpgsqlDataSource>(), core.Get<DocumentChanges>());
        const int writers = 8, each = 25;
        var writing = Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                for (var change = 0; change < each; change++)
                {
                    await using var connection = await dataSource.OpenConnectionAsync(Token);
                    await using var transaction = await connection.BeginTransactionAsync(Token);
                    await DocumentChanges.AppendAsync(connection, Guid.NewGuid(), $"c{writer}", Token);
                    await Task.Delay(change % 3, Token);
                    await transaction.CommitAsync(Token);
                }
            },
            Token)));

        var seen = new List<long>();
        while (seen.Count < writers * each)
        {
            seen.AddRange((await changes.AfterAsync(seen.LastOrDefault(), 50, Token)).Select(change => change.Sequence));
            Assert.False(writing.IsFaulted, "A writer failed.");
        }

        await writing;
        Assert.Equal(seen.Order(), seen);
        Assert.Equal(writers * each, await dataSource.Command("select count(*) from index_changes").ScalarAsync<long>(Token));
    }

    private static Migrator Migrator(NpgsqlDataSource dataSource) => new(dataSource, NullLogger<Migrator>.Instance);
}
