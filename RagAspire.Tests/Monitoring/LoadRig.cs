using System.Net;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Monitoring;

/// <summary>A little of everything that a system does in a day.</summary>
internal static class LoadRig
{
    private static int _rounds;

    public static async Task RunAsync(RagClient client)
    {
        var round = Interlocked.Increment(ref _rounds);
        var fox = Encoding.UTF8.GetBytes($"The quick brown fox number {round} jumps over the lazy dog.");
        var document = await client.UploadAndWaitAsync($"fox-{round}.txt", fox);
        Assert.Equal("ready", document["status"]!.GetValue<string>());
        await client.UploadAndWaitAsync($"damaged-{round}.json", Encoding.UTF8.GetBytes($"{{\"a\": {round}}}\n{{\"b\":\n{{\"c\": 5}}\n"));
        await client.UploadAsync($"fox-{round}.txt", fox);
        await RefusedAsync(await client.PostFileAsync("empty.txt", []), HttpStatusCode.BadRequest);
        await RefusedAsync(
            await client.Http.GetAsync($"/api/v1/documents/{Guid.NewGuid()}", TestContext.Current.CancellationToken),
            HttpStatusCode.NotFound);

        using (var stranger = new RagClient(client.Http.BaseAddress!, "rag_0123456789abcdef_wrong"))
        {
            await RefusedAsync(
                await stranger.Http.GetAsync("/api/v1/documents", TestContext.Current.CancellationToken), HttpStatusCode.Unauthorized);
        }

        await client.FindAsync($"fox number {round}");
        var search = await client.SearchAsync("lazy dog");
        await client.SearchAsync("lazy dog");
        await client.SearchAsync("lazy dog", mode: "text");
        var answer = await client.AskAsync($"What does the fox number {round} do?");
        await client.AskAsync("And over what?", sessionId: answer["sessionId"]!.GetValue<Guid>());
        await VoteAsync(client, new { searchId = search["searchId"]!.GetValue<Guid>(), relevant = true });
        await VoteAsync(client, new { answerId = answer["answerId"]!.GetValue<Guid>(), relevant = false });

        await client.SendAsync(HttpMethod.Put, "/api/v1/operations/golden-sets/default", new
        {
            questions = new[] { new { question = "What jumps over the dog?", expected = new[] { new { quote = "brown fox" } } } },
        });
        await client.SendAsync(HttpMethod.Post, "/api/v1/operations/golden-sets/default/evaluate");

        await SpendBudgetAsync(client, round);

        // Only one run of a task at a time is allowed, and a run of another round will do.
        using var run = await client.TrySendAsync(HttpMethod.Post, "/api/v1/operations/maintenance/retrieval-evaluation");
        Assert.Contains(run.StatusCode, new[] { HttpStatusCode.Accepted, HttpStatusCode.Conflict });
    }

    /// <summary>A key whose budget ends with its first search.</summary>
    private static async Task SpendBudgetAsync(RagClient client, int round)
    {
        var created = await client.PostAsync("/api/v1/operations/api-keys", new
        {
            name = $"budget-{round}",
            scopes = new[] { "read" },
            budget = new { amount = .000001, period = "day" },
        });
        using var poor = new RagClient(client.Http.BaseAddress!, created["secret"]!.GetValue<string>());
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await poor.TrySendAsync(
                    HttpMethod.Post, "/api/v1/search", new { query = $"all that a budget buys {Guid.NewGuid()} {new string('x', 60)}" });
                return response.StatusCode == HttpStatusCode.TooManyRequests;
            },
            TimeSpan.FromSeconds(20),
            () => "The budget is never spent.",
            TestContext.Current.CancellationToken);
    }

    /// <summary>A search is recorded in the background, so feedback on it is accepted a moment later.</summary>
    private static Task VoteAsync(RagClient client, object vote) => Eventually.TrueAsync(
        async () =>
        {
            using var response = await client.TrySendAsync(HttpMethod.Post, "/api/v1/feedback", vote);
            return response.StatusCode == HttpStatusCode.NoContent;
        },
        TimeSpan.FromSeconds(20),
        () => "The feedback is not accepted.",
        TestContext.Current.CancellationToken);

    private static async Task RefusedAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        using (response)
        {
            Assert.True(
                response.StatusCode == expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }
}
