using System.Globalization;
using RagAspire.Monitoring;
using RagAspire.Quality;
using RagAspire.Security;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class PageTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_cursor_is_that_of_the_last_item_on_the_page()
    {
        var page = Page.From([1, 2, 3], 2, item => item.ToString(CultureInfo.InvariantCulture));

        Assert.Equal([1, 2], page.Items);
        Assert.Equal("2", page.Next);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_last_page_has_no_cursor_also_when_it_is_full(int count)
    {
        var page = Page.From([.. Enumerable.Range(1, count)], 3, item => item.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(count, page.Items.Count);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Two_alerts_audit_entries_or_evaluations_are_one_full_page_without_a_next_one()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var labels = new Dictionary<string, string> { ["alertname"] = "RedisDown" };
        var alerts = core.Get<AlertStore>();
        await alerts.ReceiveAsync(
            [.. new[] { "one", "two" }.Select(name => new AlertUpdate(name, DateTimeOffset.UnixEpoch, null, labels, labels, null))], Token);
        var golden = core.Get<GoldenSetStore>();
        await golden.PutAsync("set", [new GoldenQuestion("What?", [new Expectation(Quote: "that")])], "test", Token);
        await golden.DeleteAsync("set", "test", Token);
        await golden.PutAsync("other", [new GoldenQuestion("What?", [new Expectation(Quote: "that")])], "test", Token);
        foreach (var _ in Enumerable.Range(0, 2))
        {
            await golden.AddAsync(
                new Evaluation(Guid.CreateVersion7(), "other", DateTimeOffset.UnixEpoch, 1, 0, 0, 0, null, []), Token);
        }

        await AssertPagesAsync(2, (limit, after) => alerts.ListAsync(null, Number(after), limit, Token));
        var admin = new Caller("admin", "admin", [Scopes.Admin], null);
        await AssertPagesAsync(3, (limit, after) => core.Get<AuditLog>().ListAsync(admin, Number(after), limit, Token));
        await AssertPagesAsync(2, (limit, after) =>
            golden.HistoryAsync("other", after is null ? null : Guid.Parse(after), limit, Token));
    }

    private static long? Number(string? cursor) => cursor is null ? null : long.Parse(cursor, CultureInfo.InvariantCulture);

    private static async Task AssertPagesAsync<T>(int count, Func<int, string?, Task<Page<T>>> list)
    {
        var whole = await list(count, null);
        Assert.Equal(count, whole.Items.Count);
        Assert.Null(whole.Next);

        var first = await list(count - 1, null);
        Assert.NotNull(first.Next);
        var last = await list(count - 1, first.Next);
        Assert.Equal(whole.Items[^1]!.ToString(), Assert.Single(last.Items)!.ToString());
        Assert.Null(last.Next);
    }
}
