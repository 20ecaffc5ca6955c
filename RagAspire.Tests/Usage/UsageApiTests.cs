using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using RagAspire.Database;
using RagAspire.Tests.Api.Reports;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Walks;

namespace RagAspire.Tests.Usage;

/// <summary>Tokens, cost and budgets of a real system with a model server behind it.</summary>
public sealed partial class UsageApiTests(UsageHost host, Browser browser) : IClassFixture<UsageHost>
{
    private const string Report = "/api/v1/operations/usage";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_of_upload_search_and_answer_are_those_of_the_server_by_key_and_collection()
    {
        var (client, id) = await host.KeyAsync("counter");
        using var _ = client;
        await client.UploadAndWaitAsync("fox.txt", UsageHost.Fox, ("collection", "counted"));

        // No other test may have searched for it, because vectors of queries are cached.
        await client.FindAsync("a fox that is counted", "counted");
        var answer = await client.AskAsync(UsageHost.Question, "counted");

        var rows = await RowsAsync(id, 3);

        Assert.Equal("generated", answer["kind"]!.GetValue<string>());
        Assert.Equal(["answer", "ingestion", "search"], rows.Select(row => row.Kind).Order());
        Assert.All(rows, row => Assert.Equal("counted", row.Collection));
        Assert.All(rows, row => Assert.Equal(0, row.Estimated));
        Assert.All(rows, row => Assert.Equal((row.Input * .001m) + (row.Output * .01m), row.Cost));
        Assert.True(rows.Single(row => row.Kind == "ingestion").Input >= 9);

        // The stub reports one token for each piece of four letters that it sends.
        Assert.Equal(8, rows.Single(row => row.Kind == "answer").Output);
        var share = (await host.System.Client.GetAsync($"{Report}?period=week"))["byKey"]!.AsArray().Single(one => one!["id"]!.GetValue<string>() == id)!;
        Assert.Equal("counter", share["name"]!.GetValue<string>());
        Assert.Equal(rows.Sum(row => row.Cost), share["usage"]!["cost"]!.GetValue<decimal>());
    }

    [Fact]
    public async Task A_budget_is_reported_from_80_percent_and_refuses_priced_calls_at_100_percent_but_not_free_ones()
    {
        var (client, id) = await host.KeyAsync("limited", new { amount = 100, period = "month" });
        using var _ = client;
        await client.UploadAndWaitAsync("fox.txt", UsageHost.Fox, ("collection", "limited"));
        await client.FindAsync("brown fox", "limited");
        await client.SearchAsync("a cached search", "limited");

        await SpendAsync(id, 85);
        var near = await BudgetAsync(id, budget => budget["ratio"]!.GetValue<double>() >= .8);
        Assert.InRange(near["ratio"]!.GetValue<double>(), .8, .99);
        Assert.Equal("Less than 2 days of this period are known.", near["expectedUnknown"]!.GetValue<string>());
        await client.AskAsync(UsageHost.Question, "limited");

        await SpendAsync(id, 30);
        await BudgetAsync(id, budget => budget["ratio"]!.GetValue<double>() >= 1);
        await Eventually.TrueAsync(
            async () => await StatusAsync(client, "/api/v1/search", new { query = Guid.NewGuid(), collection = "limited" }) == HttpStatusCode.TooManyRequests,
            Patience, () => "A search is still admitted.", Token);
        using var refused = await client.TrySendAsync(HttpMethod.Post, "/api/v1/answers", new { question = "What is a lazy dog?", collection = "limited" });
        var problem = await RagClient.JsonAsync(refused);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.Contains("100 EUR a month", problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(32, problem["traceId"]!.GetValue<string>().Length);
        var now = TimeProvider.System.GetUtcNow();
        var untilNextMonth = new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1) - now;
        Assert.Equal(untilNextMonth.TotalSeconds, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, tolerance: 60);
        using var upload = await client.PostFileAsync("b.txt", "Another text."u8.ToArray(), ("collection", "limited"));
        Assert.Equal(HttpStatusCode.TooManyRequests, upload.StatusCode);
        using var tool = McpRequest.Tool("ask", new { question = "What is a lazy dog?", collection = "limited" });
        using var answered = await client.Http.SendAsync(tool, Token);
        Assert.Matches("100 EUR a month.*\"isError\":true", await answered.Content.ReadAsStringAsync(Token));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/v1/search", new { query = Guid.NewGuid(), collection = "limited", mode = "text" }));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/v1/search", new { query = "a cached search", collection = "limited" }));
        Assert.True((await client.AskAsync(UsageHost.Question, "limited"))["cached"]!.GetValue<bool>());
        var metrics = await host.System.Client.Http.GetStringAsync("/metrics", Token);
        Assert.Contains("rag_budget_refusals_total", metrics, StringComparison.Ordinal);

        await host.System.Client.SendAsync(HttpMethod.Put, $"/api/v1/operations/api-keys/{id}/budget", new { amount = 1000, period = "month" });
        await Eventually.TrueAsync(
            async () => await StatusAsync(client, "/api/v1/search", new { query = Guid.NewGuid(), collection = "limited" }) == HttpStatusCode.OK,
            Patience, () => "The raised budget does not count.", Token);
    }

    [Fact]
    public async Task Two_processes_share_a_budget_to_the_stated_accuracy()
    {
        await using var second = host.System.AnotherApi();
        await second.StartAsync(Token, "/ready");
        var (one, id) = await host.KeyAsync("shared", new { amount = 2, period = "day" });
        using var _ = one;
        using var two = new RagClient(second.Address, one.Http.DefaultRequestHeaders.Authorization!.Parameter);
        var refusals = await Task.WhenAll(new[] { one, two }.Select(async client =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                using var response = await client.TrySendAsync(
                    HttpMethod.Post, "/api/v1/search", new { query = $"words that cost something {Guid.NewGuid()}", collection = "shared" });
                if (response.StatusCode == HttpStatusCode.TooManyRequests)
                {
                    return i;
                }

                Assert.Equal(HttpStatusCode.OK, response.StatusCode);
                await Task.Delay(20, Token);
            }

            return int.MaxValue;
        }));

        // Each process spends at most 50 searches a second, and knows the other's spending .6 s late.
        await Task.Delay(TimeSpan.FromSeconds(1), Token);
        var spent = await host.Database.Command("select sum(cost) from model_usage where key_id = $1", id).ScalarAsync<decimal>(Token);
        var calls = await host.Database.Command("select sum(calls)::bigint from model_usage where key_id = $1", id).ScalarAsync<long>(Token);
        Assert.All(refusals, refused => Assert.InRange(refused, 1, 1_999));
        Assert.InRange(spent, 2, 2 + (spent / calls * 50 * .8m * 2));
    }

    [Fact]
    public async Task A_stopped_process_loses_nothing()
    {
        await using var api = host.System.AnotherApi();
        await api.StartAsync(Token, "/ready");
        var (client, id) = await host.KeyAsync("stopped", address: api.Address);
        using var _ = client;
        for (var i = 0; i < 20; i++)
        {
            await client.SearchAsync($"number {Guid.NewGuid()}", "stopped");
        }

        await api.StopAsync(Token);

        Assert.Equal(20, await host.Database.Command("select sum(calls)::bigint from model_usage where key_id = $1", id).ScalarAsync<long>(Token));
    }

    [Fact]
    public async Task A_server_that_reports_no_tokens_is_estimated_and_marked()
    {
        var (client, id) = await host.KeyAsync("estimated");
        using var _ = client;
        await client.UploadAndWaitAsync("fox.txt", UsageHost.Fox, ("collection", "estimated"));
        await client.FindAsync("fox", "estimated");
        host.Ollama.ReportsTokens = false;
        try
        {
            await client.AskAsync(UsageHost.Question, "estimated");
        }
        finally
        {
            host.Ollama.ReportsTokens = true;
        }

        var answer = (await RowsAsync(id, 3)).Single(row => row.Kind == "answer");
        Assert.Equal(answer.Input + answer.Output, answer.Estimated);
        Assert.Equal(8, answer.Output);
    }

    [Fact]
    public async Task The_page_shows_hostile_names_as_text_and_is_sound_everywhere()
    {
        const string name = "<img src=x onerror=alert(1)>\"'&";
        var (client, id) = await host.KeyAsync(name, new { amount = 5, period = "day" });
        using var _ = client;
        await client.SearchAsync("anything", "page");
        await SpendAsync(id, 4.5m);
        await BudgetAsync(id, budget => budget["ratio"]!.GetValue<double>() >= .8);
        foreach (var (width, scheme) in new[] { (1280, "light"), (1280, "dark"), (360, "light"), (360, "dark") })
        {
            await using var page = await browser.OpenAsync(
                width, scheme == "dark" ? ColorScheme.Dark : ColorScheme.Light, RagSystem.Key);
            var response = await page.Page.GotoAsync(new Uri(host.System.Api.Address, $"{Report}?period=day&format=html").ToString());
            await page.KeepPictureAsync($"usage-{width}-{scheme}");

            Assert.Equal(200, response!.Status);
            await page.AssertSoundAsync();
            Assert.Single(page.Requests, address => !address.StartsWith("data:", StringComparison.Ordinal));
            Assert.True(await page.Page.GetByText(name).CountAsync() >= 2);
            Assert.Equal(0, await page.Page.Locator("img[src=x]").CountAsync());
            Assert.Equal(24 + 24 + 7, await page.Page.Locator("svg:visible rect").CountAsync());
        }
    }

    [Theory]
    [InlineData(null, null, "application/json")]
    [InlineData("*/*", null, "application/json")]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", null, "text/html")]
    [InlineData("text/plain", null, "text/plain")]
    [InlineData("text/html;q=0.2, text/plain;q=0.7", null, "text/plain")]
    [InlineData("text/*;q=0.5, application/json;q=0.4", null, "text/plain")]
    [InlineData("application/json;q=0, */*;q=0.1", null, "text/plain")]
    [InlineData("text/html", "json", "application/json")]
    [InlineData("application/json", "html", "text/html")]
    public async Task The_form_is_what_the_request_prefers(string? accept, string? format, string expected)
    {
        using var response = await GetAsync(format is null ? Report : $"{Report}?format={format}", accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Accept", response.Headers.Vary);
        Assert.Equal(
            expected == "text/html", Assert.Single(response.Headers.GetValues("Content-Security-Policy")).Contains("style-src"));
    }

    [Theory]
    [InlineData("?format=pdf", null, 400)]
    [InlineData("?format=", null, 400)]
    [InlineData("?period=year", null, 400)]
    [InlineData("?period=year", "text/html", 400)]
    [InlineData("", "image/png", 406)]
    [InlineData("/nothing", "text/html", 404)]
    public async Task Errors_are_problem_details_whatever_was_asked_for(string path, string? accept, int status)
    {
        using var response = await GetAsync(Report + path, accept);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.NotEmpty((await RagClient.JsonAsync(response))["traceId"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(0, "month")]
    [InlineData(-1, "day")]
    [InlineData(1, "year")]
    public async Task A_wrong_budget_is_refused(double amount, string period)
    {
        var (client, id) = await host.KeyAsync("wrong");
        client.Dispose();
        using var response = await host.System.Client.TrySendAsync(
            HttpMethod.Put, $"/api/v1/operations/api-keys/{id}/budget", new { amount, period });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string? accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        return await host.System.Client.Http.SendAsync(request, Token);
    }

    private static async Task<HttpStatusCode> StatusAsync(RagClient client, string path, object body)
    {
        using var response = await client.TrySendAsync(HttpMethod.Post, path, body);
        return response.StatusCode;
    }

    /// <summary>As if another process had written it.</summary>
    private Task<int> SpendAsync(string key, decimal cost) => host.Database.Command("""
        insert into model_usage values ($1, date_trunc('hour', now()), gen_random_uuid()::text, 'm', 'answer', 'EUR', 1, 10, 1, 0, $2)
        """, key, cost).ExecuteAsync(Token);

    private async Task<JsonNode> BudgetAsync(string id, Func<JsonNode, bool> isThere)
    {
        JsonNode? budget = null;
        await Eventually.TrueAsync(
            async () =>
            {
                var budgets = (await host.System.Client.GetAsync(Report))["budgets"]!.AsArray();
                budget = budgets.FirstOrDefault(one => one!["keyId"]!.GetValue<string>() == id);
                return budget is not null && isThere(budget);
            },
            Patience, () => $"The budget is {budget}", Token);
        return budget!;
    }

    private async Task<List<Row>> RowsAsync(string key, int count)
    {
        List<Row> rows = [];
        await Eventually.TrueAsync(
            async () => (rows = await host.Database.Command(
                "select kind, collection, input_tokens, output_tokens, estimated_tokens, cost from model_usage where key_id = $1", key)
                .ListAsync(row => new Row(
                    row.GetString(0),
                    row.GetString(1),
                    row.GetInt64(2),
                    row.GetInt64(3),
                    row.GetInt64(4),
                    row.GetDecimal(5)), Token))
                .Count >= count,
            Patience, () => string.Join('\n', rows), Token);
        return rows;
    }

    private sealed record Row(string Kind, string Collection, long Input, long Output, long Estimated, decimal Cost);
}
