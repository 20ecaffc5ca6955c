using Npgsql;
using RagAspire.Database;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Vectors.Sync;

/// <summary>One question to PostgreSQL serves all that wait for it, and is never older than any of them.</summary>
public sealed class NewestChangeTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_holds_each_change_that_was_committed_before_the_call()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateMigratedAsync());
        var (changes, newest) = (new DocumentChanges(dataSource), new NewestChange(dataSource));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            for (var i = 0; i < 15; i++)
            {
                var collection = $"collection-{writer}-{i}";
                await changes.AppendAsync(Guid.NewGuid(), collection, Token);
                var answer = await newest.AskAsync(Token);
                var own = await dataSource.Command("select max(seq) from index_changes where collection = $1", collection)
                    .ScalarAsync<long>(Token);
                Assert.True(answer >= own, $"{answer} is older than {own}.");
            }
        }));
    }

    [Fact]
    public async Task Those_that_come_while_a_question_is_on_its_way_share_the_next()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateMigratedAsync());
        var newest = new NewestChange(dataSource);
        await using var holder = await dataSource.OpenConnectionAsync(Token);
        await using var transaction = await holder.BeginTransactionAsync(Token);
        await holder.Command("lock table index_changes in access exclusive mode").ExecuteAsync(Token);
        using var asked = new QueryCount(dataSource, "max(seq)");

        var answers = Enumerable.Range(0, 50).Select(_ => newest.AskAsync(Token)).ToArray();
        await transaction.CommitAsync(Token);

        Assert.All(await Task.WhenAll(answers), answer => Assert.Equal(0, answer));
        Assert.Equal(2, asked.Value);
    }

    [Fact]
    public async Task A_server_that_is_away_gives_no_answer_and_the_next_question_is_asked_again()
    {
        var database = await stores.CreateMigratedAsync();
        await using var dataSource = NpgsqlDataSource.Create(database);
        var newest = new NewestChange(dataSource);
        await using (var away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=x;Timeout=2"))
        {
            var none = new NewestChange(away);
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => none.AskAsync(Token))), Assert.Null);
            Assert.Null(await none.AskAsync(Token));
        }

        using var cancelled = new CancellationTokenSource();
        var first = newest.AskAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Task.WhenAny(first);
        Assert.Equal(0, await newest.AskAsync(Token));
    }
}
