using System.Net;
using System.Net.Sockets;
using RagAspire.Answers;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Search;
using RagAspire.Tests.Answers;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Sync;

namespace RagAspire.Tests.Models;

/// <summary>Model servers to which no connection comes about: the machine is off, or a firewall drops what comes.</summary>
public sealed class SilentModelServerTests(Stores stores)
{
    [Theory]
    [InlineData("")]
    [InlineData("/v1")]
    public async Task A_call_waits_for_a_connection_as_long_as_it_is_told_and_no_longer(string path)
    {
        // Every other limit is longer than this test may take.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        using var server = new SilentServer();
        await using var core = await CoreAsync(server, path);
        await AddAsync(core, ["fox one", "fox two"], limit.Token);

        var hybrid = await SearchAsync(core, SearchMode.Hybrid, limit.Token);
        var ranked = await SearchAsync(core, SearchMode.Text, limit.Token);
        var answer = await AnswerAsync(core, limit.Token);

        Assert.Equal((2, RetrievalLevel.Text), (hybrid.Hits.Count, hybrid.Level));
        Assert.Equal("Searched by text only: the model server cannot be reached", hybrid.Degraded);
        Assert.Equal((2, "Not reranked: the model server cannot be reached."), (ranked.Hits.Count, ranked.Degraded));
        Assert.Equal((AnswerKind.Extractive, "the model server cannot be reached"), (answer.Kind, answer.Degraded));
    }

    private Task<CoreServices> CoreAsync(SilentServer server, string path)
    {
        var model = $"Endpoint={server.Address}{path};Model=absent";
        return CoreServices.CreateAsync(stores, settings: new Dictionary<string, string?>
        {
            ["ConnectionStrings:embeddings"] = model,
            ["ConnectionStrings:chat"] = model,
            ["Reranking:Endpoint"] = $"{server.Address}/rerank",
            ["Reranking:TimeLimit"] = "00:00:30",
            ["Embeddings:QueryTimeout"] = "00:10:00",
            ["Embeddings:RequestTimeout"] = "00:10:00",
            ["Embeddings:BreakAfterFailures"] = "100",
            ["Answers:FirstTokenTimeout"] = "00:10:00",
            ["Models:ConnectTimeout"] = "00:00:00.200",
        });
    }

    private static async Task AddAsync(CoreServices core, string[] texts, CancellationToken cancellationToken)
    {
        var sync = core.Get<IndexSync>();
        await sync.StartAsync(cancellationToken);
        foreach (var text in texts)
        {
            await core.IngestAsync(await core.UploadAsync(text));
        }

        await sync.ApplyAsync(
            await core.Get<DocumentChanges>().AfterAsync(sync.Position, 100, cancellationToken), cancellationToken);
    }

    private static Task<SearchResult> SearchAsync(CoreServices core, SearchMode mode, CancellationToken cancellationToken) =>
        core.Get<SearchService>().SearchAsync(
            new SearchQuery("fox", "default", 10, mode, new Dictionary<string, string>()), cancellationToken);

    private static async Task<AnswerDraft> AnswerAsync(CoreServices core, CancellationToken cancellationToken)
    {
        var writing = core.Get<AnswerWriter>().Begin(
            new AnswerContext("When did the warehouse in Bergen burn down?", AnswerData.Company, [], HasVectors: false));
        await writing.TokensAsync(cancellationToken).ToListAsync(cancellationToken);
        return writing.Draft;
    }

    /// <summary>A port whose queue of connections is full: no further one is answered, as by a machine that is off.</summary>
    private sealed class SilentServer : IDisposable
    {
        private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _waiting = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public SilentServer()
        {
            _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _listener.Listen(0);
            _waiting.Connect(_listener.LocalEndPoint!);
        }

        public string Address => $"http://{_listener.LocalEndPoint}";

        public void Dispose()
        {
            _waiting.Dispose();
            _listener.Dispose();
        }
    }
}
