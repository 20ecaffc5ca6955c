using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>The description of the API agrees with its documentation.</summary>
public sealed partial class OpenApiTests(SharedSystem shared, Stores stores)
{
    private static readonly string[] Methods = ["GET", "PUT", "POST", "DELETE"];

    [Fact]
    public async Task Every_call_of_the_documentation_is_described()
    {
        var paths = (await DocumentAsync())["paths"]!.AsObject();
        var described = paths
            .SelectMany(path => path.Value!.AsObject().Select(call => $"{call.Key.ToUpperInvariant()} {Plain(path.Key)}")).ToHashSet();

        var documented = DocumentedCalls();

        Assert.True(documented.Count >= 20, string.Join('\n', documented));
        Assert.DoesNotContain(documented, call => !described.Contains(call) && !described.Contains($"{call}/{{}}"));
    }

    [Fact]
    public async Task Words_are_described_as_the_ones_that_are_accepted()
    {
        var schemas = (await DocumentAsync())["components"]!["schemas"]!;

        Assert.Equal(["hybrid", "text", "vector"], Words(schemas["SearchMode"]!));
        Assert.Equal(["hybrid", "vector", "text", "fulltext"], Words(schemas["RetrievalLevel"]!));
        Assert.Equal(["generated", "extractive", "none"], Words(schemas["AnswerKind"]!));
        Assert.Equal(["firing", "resolved"], Words(schemas["AlertStatus"]!));
        Assert.Contains("mode", schemas["SearchResult"]!["properties"]!.AsObject().Select(property => property.Key));
        Assert.Contains("answer", schemas["Answer"]!["properties"]!.AsObject().Select(property => property.Key));
    }

    /// <summary>Only a page that was kept has an age.</summary>
    [Fact]
    public async Task The_description_is_made_once_whatever_the_host_and_the_query()
    {
        var client = (await shared.SystemAsync(stores)).Client;
        await DocumentAsync();
        foreach (var (host, query) in new[] { ("a.example", ""), ("b.example", "?x=1"), ("a.example", "?x=2") })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/openapi/v1.json{query}");
            request.Headers.Host = host;
            using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(response.Headers.Age is not null, $"{host}{query}: {response}");
        }
    }

    private async Task<JsonNode> DocumentAsync() => await (await shared.SystemAsync(stores)).Client.GetAsync("/openapi/v1.json");

    private static IEnumerable<string> Words(JsonNode schema) =>
        schema["enum"]!.AsArray().OfType<JsonNode>().Select(word => word.GetValue<string>());

    /// <summary>The calls in the first column of the table in docs/api.md, such as "GET /api/v1/documents/{}".</summary>
    private static HashSet<string> DocumentedCalls()
    {
        var calls = new HashSet<string>();
        foreach (var line in File.ReadLines(Path.Combine(BuildOutput.RepositoryRoot, "docs", "api.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal)))
        {
            var first = "";
            var methods = new List<string>();
            foreach (var code in Code().Matches(line.Split(" | ")[0]).Select(match => match.Groups[1].Value))
            {
                methods.AddRange(code.Split(' ')[0].Split('/').Where(Methods.Contains));
                var address = code.Split(' ').FirstOrDefault(word => word[0] is '/' or '…') ?? "";
                first = address.StartsWith('/') ? address : first;
                if (first.Length > 0)
                {
                    var path = address.StartsWith('…') ? first + address[1..] : first;
                    calls.UnionWith(methods.Select(method => $"{method} {Plain(path)}"));
                    methods.Clear();
                }
            }
        }

        return calls;
    }

    /// <summary>Without the query, a slash at the end, and the names of parameters.</summary>
    private static string Plain(string path) => Parameter().Replace(path.Split('?')[0].TrimEnd('/'), "{}");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
