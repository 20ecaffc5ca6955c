using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Search;

/// <summary>A search whose hits a reranking model orders, and what is left when it does not.</summary>
public sealed class RerankingTests(Stores stores)
{
    private static readonly string[] Texts = ["fox one", "fox two", "fox three", "fox four"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Documents", "documents", "relevance_score")]
    [InlineData("Texts", "texts", "score")]
    public async Task Hits_come_in_the_order_of_the_model(string protocol, string member, string score)
    {
        await using var model = await RerankStub.StartAsync();
        await using var core = await CoreAsync(model, ("Reranking:Protocol", protocol), ("Reranking:Model", "cross"), ("Reranking:Key", "secret"));

        // The model likes best what was uploaded last.
        model.Answer = call => call[member]!.AsArray().Select((text, index) => (index, (double)Array.IndexOf(Texts, $"{text}")));
        model.ScoreName = score;
        model.IsList = protocol == "Texts";
        var found = await SearchAsync(core, "fox", limit: 2);

        Assert.Equal(["fox four", "fox three"], found.Hits.Select(hit => hit.Text));
        Assert.Equal([3, 2], found.Hits.Select(hit => hit.Score));
        Assert.Null(found.Degraded);
        var call = Assert.Single(model.Calls);
        Assert.Equal(("fox", "cross", "Bearer secret"), ($"{call.Body["query"]}", $"{call.Body["model"]}", call.Authorization));
        Assert.Equal(4, call.Body[member]!.AsArray().Count);
        Assert.True((await SearchAsync(core, "fox", limit: 2)).Cached);
    }

    [Theory]
    [InlineData(RerankFault.Refused, "the model server answered 503")]
    [InlineData(RerankFault.Hanging, "did not answer in time")]
    [InlineData(RerankFault.Garbage, "not readable")]
    [InlineData(RerankFault.Incomplete, "not readable")]
    [InlineData(RerankFault.Endless, "the model server answered 502")]
    public async Task Without_its_answer_the_order_stays_and_the_result_says_so_and_is_not_kept(RerankFault fault, string reason)
    {
        await using var model = await RerankStub.StartAsync();
        await using var core = await CoreAsync(model, ("Reranking:TimeLimit", "00:00:01"));
        model.Fault = fault;

        var found = await SearchAsync(core, "fox two", limit: 4);

        var unranked = await core.Get<Retriever>().RetrieveAsync(Query("fox two", limit: 4), null, Token);
        Assert.Equal(unranked.Hits.Select(hit => (hit.ChunkId, hit.Score)), found.Hits.Select(hit => (hit.ChunkId, hit.Score)));
        Assert.Equal(4, found.Hits.Count);
        Assert.Matches($"^Not reranked: .*({reason})", found.Degraded);
        model.Fault = RerankFault.None;
        var again = await SearchAsync(core, "fox two", limit: 4);
        Assert.Equal((false, null), (again.Cached, again.Degraded));
    }

    [Fact]
    public async Task A_model_that_fails_again_and_again_is_left_alone()
    {
        await using var model = await RerankStub.StartAsync();
        await using var core = await CoreAsync(model);
        model.Fault = RerankFault.Refused;
        for (var search = 0; search < 6; search++)
        {
            Assert.StartsWith("Not reranked", (await SearchAsync(core, $"fox {search}", limit: 4)).Degraded);
        }

        Assert.Equal(3, model.Calls.Count);
    }

    [Theory]
    [InlineData("Reranking:Endpoint", "reranker:8080", "Endpoint")]
    [InlineData("Reranking:Candidates", "1", "Candidates")]
    public async Task A_wrong_setting_is_named(string name, string value, string named)
    {
        var settings = new Dictionary<string, string?> { [name] = value };
        await using var core = await CoreServices.CreateAsync(stores, settings: settings);

        Assert.Contains(named, Assert.Throws<OptionsValidationException>(core.Get<Reranker>).Message);
    }

    private async Task<CoreServices> CoreAsync(RerankStub model, params (string Name, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value);
        all["Reranking:Endpoint"] = new Uri(model.Address, "/rerank").ToString();
        all["Embeddings:Embedded"] = "off";
        var core = await CoreServices.CreateAsync(stores, settings: all);
        var sync = core.Get<IndexSync>();
        await sync.StartAsync(Token);
        foreach (var text in Texts)
        {
            await core.IngestAsync(await core.UploadAsync(text));
        }

        await sync.ApplyAsync(await core.Get<DocumentChanges>().AfterAsync(sync.Position, 100, Token), Token);
        return core;
    }

    private static Task<SearchResult> SearchAsync(CoreServices core, string text, int limit) =>
        core.Get<SearchService>().SearchAsync(Query(text, limit), Token);

    private static SearchQuery Query(string text, int limit) =>
        new(text, "default", limit, SearchMode.Text, new Dictionary<string, string>());
}

/// <summary>What a reranking server does instead of answering.</summary>
public enum RerankFault
{
    None,
    Refused,
    Hanging,
    Garbage,
    Incomplete,
    Endless,
}

/// <summary>A reranking server on a free loopback port.</summary>
internal sealed class RerankStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RerankStub(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public ConcurrentQueue<(JsonNode Body, string Authorization)> Calls { get; } = [];

    public RerankFault Fault { get; set; }

    public string ScoreName { get; set; } = "relevance_score";

    public bool IsList { get; set; }

    /// <summary>The scores by place; by default all are equal.</summary>
    public Func<JsonNode, IEnumerable<(int Index, double Score)>> Answer { get; set; } =
        call => call["documents"]!.AsArray().Select((_, index) => (index, 1d));

    public static async Task<RerankStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var stub = new RerankStub(builder.Build());
        stub._app.MapPost("/rerank", stub.RerankAsync);
        await stub._app.StartAsync();
        return stub;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task RerankAsync(HttpContext context)
    {
        var body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Calls.Enqueue((body, context.Request.Headers.Authorization.ToString()));
        switch (Fault)
        {
            case RerankFault.Refused:
                context.Response.StatusCode = 503;
                break;
            case RerankFault.Hanging:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case RerankFault.Garbage:
                await context.Response.WriteAsync("<html>");
                break;
            case RerankFault.Endless:
                await EndlessAsync(context);
                break;
            default:
                // Best first, as servers answer, so that the places are not simply the order.
                var scores = Answer(body).OrderByDescending(each => each.Score).Skip(Fault == RerankFault.Incomplete ? 1 : 0)
                    .Select(each => (JsonNode)new JsonObject { ["index"] = each.Index, [ScoreName] = each.Score }).ToArray();
                await context.Response.WriteAsync(
                    (IsList ? (JsonNode)new JsonArray(scores) : new JsonObject { ["results"] = new JsonArray(scores) }).ToJsonString());
                break;
        }
    }

    private static async Task EndlessAsync(HttpContext context)
    {
        var spaces = new byte[1 << 16];
        Array.Fill(spaces, (byte)' ');
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.Body.WriteAsync(spaces, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
