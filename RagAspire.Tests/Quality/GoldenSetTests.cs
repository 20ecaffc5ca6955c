using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Quality;

/// <summary>Golden sets from outside: stored, asked, remembered.</summary>
public sealed class GoldenSetTests(Stores stores, SharedSystem shared)
{
    [Fact]
    public async Task A_golden_set_is_asked_through_the_real_search_and_its_figures_are_kept()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var (collection, path) = NewSet();
        await client.UploadAndWaitAsync("foxes.txt", Encoding.UTF8.GetBytes("Foxes jump over lazy dogs."), ("collection", collection));
        var badgers = await client.UploadAsync("badgers.txt", Encoding.UTF8.GetBytes("Badgers dig large setts."), ("collection", collection));
        await client.ProcessedAsync(badgers);
        await client.FindAsync("badgers", collection);
        await client.FindAsync("foxes", collection);

        var stored = await client.SendAsync(HttpMethod.Put, path, new
        {
            questions = new object[]
            {
                new { question = "What do foxes jump over?", expected = new object[] { new { documentName = "foxes.txt", quote = "lazy  dogs" } } },
                new { question = "What do badgers dig?", expected = new object[] { new { documentId = badgers } } },
                new { question = "What do badgers eat?", expected = new object[] { new { quote = "earthworms" } } },
            },
        });
        Assert.Equal(3, stored!["questions"]!.AsArray().Count);

        var evaluation = (await client.SendAsync(HttpMethod.Post, $"{path}/evaluate"))!;
        Assert.Equal(3, evaluation["questions"]!.GetValue<int>());
        Assert.Equal(2 / 3d, evaluation["recallAt10"]!.GetValue<double>(), 6);
        Assert.Equal(2 / 3d, evaluation["mrr"]!.GetValue<double>(), 6);
        Assert.Equal(2 / 3d, evaluation["ndcgAt10"]!.GetValue<double>(), 6);
        Assert.Equal("What do badgers eat?", Assert.Single(evaluation["misses"]!.AsArray())!["question"]!.GetValue<string>());

        var second = (await client.SendAsync(HttpMethod.Post, $"{path}/evaluate"))!;
        var newest = await client.GetAsync($"{path}/evaluations?limit=1");
        Assert.Equal(Id(second), Id(Assert.Single(newest["items"]!.AsArray())!));
        var oldest = await client.GetAsync($"{path}/evaluations?limit=1&after={newest["next"]}");
        Assert.Equal(Id(evaluation), Id(Assert.Single(oldest["items"]!.AsArray())!));
    }

    [Fact]
    public async Task A_golden_set_is_replaced_listed_and_deleted_with_all_that_came_of_it()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        var (collection, path) = NewSet();
        await client.SendAsync(HttpMethod.Put, path, Set("First?"));
        await client.SendAsync(HttpMethod.Put, path, Set("Second?"));

        Assert.Equal("Second?", (await client.GetAsync(path))["questions"]![0]!["question"]!.GetValue<string>());
        Assert.Contains((await client.GetAsync("/api/v1/operations/golden-sets"))["items"]!.AsArray(), set => set!["collection"]!.GetValue<string>() == collection);
        var evaluation = (await client.SendAsync(HttpMethod.Post, $"{path}/evaluate"))!;
        Assert.Equal(0, evaluation["recallAt10"]!.GetValue<double>());

        await client.SendAsync(HttpMethod.Delete, path);
        await AssertProblemAsync(client, HttpMethod.Get, path, null, HttpStatusCode.NotFound);
        await AssertProblemAsync(client, HttpMethod.Delete, path, null, HttpStatusCode.NotFound);
        await AssertProblemAsync(client, HttpMethod.Post, $"{path}/evaluate", null, HttpStatusCode.NotFound);
        Assert.Empty((await client.GetAsync($"{path}/evaluations"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"questions": []}""")]
    [InlineData("""{"questions": [{"question": "", "expected": [{"quote": "a"}]}]}""")]
    [InlineData("""{"questions": [{"question": "What?", "expected": []}]}""")]
    [InlineData("""{"questions": [{"question": "What?", "expected": [{}]}]}""")]
    [InlineData("""{"questions": [{"question": "What?", "expected": [{"documentId": "no id"}]}]}""")]
    public async Task What_makes_no_sense_is_refused(string body)
    {
        var client = (await shared.SystemAsync(stores)).Client;
        await AssertProblemAsync(client, HttpMethod.Put, NewSet().Path, JsonNode.Parse(body), HttpStatusCode.BadRequest);
    }

    private static object Set(string question) => new { questions = new[] { new { question, expected = new[] { new { quote = "anything" } } } } };

    private static Guid Id(JsonNode evaluation) => evaluation["id"]!.GetValue<Guid>();

    private (string Collection, string Path) NewSet()
    {
        var collection = shared.NewCollection();
        return (collection, $"/api/v1/operations/golden-sets/{collection}");
    }

    private static async Task AssertProblemAsync(
        RagClient client, HttpMethod method, string path, JsonNode? body, HttpStatusCode expected)
    {
        using var response = await client.TrySendAsync(method, path, body);
        var problem = await RagClient.JsonAsync(response);
        Assert.True(response.StatusCode == expected, $"{problem}");
        Assert.NotNull(problem["traceId"]);
    }
}
