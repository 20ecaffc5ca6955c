using System.Net;
using System.Net.Http.Json;
using System.Text;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api.Doors;

/// <summary>
/// Random calls of two keys through every door: nothing of what one may see reaches the other. They have a system of their own,
/// because their collection and the model's answers would be seen by the tests of the doors.
/// </summary>
public sealed class GroupWalkTests(DoorsHost host) : IClassFixture<DoorsHost>
{
    private const string Collection = "walk";
    private const int Documents = 12;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 700)]
    public async Task No_call_shows_a_document_of_another_group(int seed, int calls)
    {
        var random = new Random(seed);
        host.Ollama.Answer = prompt => $"It is this: {prompt}";
        try
        {
            var callers = new[] { await CallerAsync("red"), await CallerAsync("blue") };
            var documents = new List<Walked>();
            for (var i = 0; i < Documents; i++)
            {
                documents.Add(await UploadAsync(i, i % 3 == 0 ? null : callers[i % 2].Group));
            }

            for (var call = 0; call < calls; call++)
            {
                if (call % 50 == 49)
                {
                    await MoveAsync(documents, random);
                }

                var caller = callers[random.Next(2)];
                var target = documents[random.Next(documents.Count)];
                using var request = Request(random, target);
                using var response = await caller.Client.Http.SendAsync(request, Token);
                var text = await response.Content.ReadAsStringAsync(Token);
                Assert.All(
                    documents.Where(document => document.Group is not null && document.Group != caller.Group),
                    hidden => Assert.False(
                        text.Contains(hidden.Word, StringComparison.OrdinalIgnoreCase)
                            || (hidden != target && text.Contains($"{hidden.Id}", StringComparison.Ordinal)),
                        $"Call {call}: {request.Method} {request.RequestUri} shows {hidden} to {caller.Group}: {text}"));

                if (target.Group is not null && target.Group != caller.Group && $"{request.RequestUri}".Contains($"{target.Id}"))
                {
                    Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
                }
            }
        }
        finally
        {
            host.Ollama.Answer = _ => DoorsHost.Answer;
        }
    }

    /// <summary>A call that would show the document, if it could.</summary>
    private static HttpRequestMessage Request(Random random, Walked target)
    {
        var question = $"What is the code word of {Name(target.Number)}?";
        var byId = $"/api/v1/documents/{target.Id}";
        return random.Next(14) switch
        {
            0 => new(HttpMethod.Get, byId),
            1 => new(HttpMethod.Get, $"{byId}/{(random.Next(2) == 0 ? "content" : "text")}"),
            2 => new(HttpMethod.Get, $"{byId}/chunks"),
            3 => new(HttpMethod.Get, $"{byId}/events"),
            4 => new(HttpMethod.Get, $"/api/v1/documents?collection={Collection}&limit=200"),
            5 => new(HttpMethod.Get, $"/api/v1/documents?collection={Collection}&q={target.Name.Split('.')[0]}"),
            6 or 7 => Post("/api/v1/search", new
            {
                query = $"code word {Name(target.Number)}",
                collection = Collection,
                limit = 100,
                mode = random.Next(3) switch { 0 => "text", 1 => "vector", _ => "hybrid" },
                explain = random.Next(2) == 0,
                expected = new[] { target.Id },
            }),
            8 => new(HttpMethod.Get, $"/api/v1/search?query=code+word+{Name(target.Number)}&collection={Collection}&limit=100"),
            9 => Post("/api/v1/answers", new { question, collection = Collection, limit = 20 }),
            10 => Post("/v1/chat/completions", new
            {
                model = Collection,
                stream = random.Next(2) == 0,
                messages = new[] { new { role = "user", content = question } },
            }),
            11 => Tool("search", new { query = question, collection = Collection, limit = 100 }),
            12 => Tool("get_document_text", new { documentId = target.Id }),
            _ => Tool("list_documents", new { collection = Collection, limit = 200 }),
        };
    }

    private static HttpRequestMessage Post(string path, object body) =>
        new(HttpMethod.Post, path) { Content = JsonContent.Create(body) };

    private static HttpRequestMessage Tool(string name, object arguments)
    {
        var request = Post("/mcp", new
        {
            jsonrpc = "2.0",
            id = 1,
            method = "tools/call",
            @params = new { name, arguments },
        });
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        return request;
    }

    /// <summary>Gives a document to other groups, and waits until who may see it finds it.</summary>
    private async Task MoveAsync(List<Walked> documents, Random random)
    {
        var at = random.Next(documents.Count);
        var moved = documents[at] with { Group = random.Next(3) switch { 0 => "red", 1 => "blue", _ => null } };
        await host.System.Client.SendAsync(
            HttpMethod.Put, $"/api/v1/documents/{moved.Id}/groups", new { groups = moved.Group is null ? Array.Empty<string>() : [moved.Group] });
        documents[at] = moved;
    }

    private async Task<Walked> UploadAsync(int number, string? group)
    {
        var word = $"quark{number}zebra";
        var name = $"{Name(number)}-{word}.txt";
        (string, string)[] fields = [("collection", Collection), .. group is null ? Array.Empty<(string, string)>() : [("groups", group)]];
        var text = $"The code word of {Name(number)} is {word}. Nobody else has such a word.";
        var document = await host.System.Client.UploadAndWaitAsync(name, Encoding.UTF8.GetBytes(text), fields);
        await host.System.Client.FindAsync(word, Collection);
        return new Walked(number, document.Id, name, word, group);
    }

    private async Task<(string Group, RagClient Client)> CallerAsync(string group)
    {
        var secret = await host.System.NewKeyAsync(
            new { name = group, scopes = new[] { "read" }, collections = new[] { Collection }, groups = new[] { group } });
        return (group, new RagClient(host.System.Api.Address, secret));
    }

    private static string Name(int number) => $"station{number}";

    private sealed record Walked(int Number, Guid Id, string Name, string Word, string? Group);
}
