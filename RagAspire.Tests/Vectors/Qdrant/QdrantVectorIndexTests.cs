using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Options;
using Qdrant.Client;
using Qdrant.Client.Grpc;
using RagAspire.Vectors;
using RagAspire.Vectors.Qdrant;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>
/// The suite against the stub; against a real server where RAGASPIRE_TEST_QDRANT names one (and …_KEY its key).
/// </summary>
public sealed class QdrantVectorIndexTests : RankingConformance
{
    private readonly Line _line = new();
    private readonly QdrantOptions _options = new()
    {
        Collection = $"test-{Guid.NewGuid():N}",
        SearchTimeout = TimeSpan.FromSeconds(30),
    };

    private QdrantStub? _stub;
    private GrpcChannel? _channel;
    private QdrantClient? _client;

    protected override Bm25Options Bm25 { get; } = new();

    /// <summary>The average length is fixed into a chunk's terms when it is written, and moves a little afterwards.</summary>
    protected override double Tolerance => 0.02;

    protected override async Task<IVectorIndex> OpenAsync()
    {
        var server = Environment.GetEnvironmentVariable("RAGASPIRE_TEST_QDRANT");
        if (string.IsNullOrEmpty(server))
        {
            _stub = await QdrantStub.StartAsync();
            server = _stub.Address.ToString();
        }

        _channel = GrpcChannel.ForAddress(server, new GrpcChannelOptions { HttpHandler = _line });
        _client = new QdrantClient(new QdrantGrpcClient(_channel));
        return New(_options);
    }

    protected override Task MakeUnavailableAsync()
    {
        _line.IsCut = true;
        return Task.CompletedTask;
    }

    protected override async Task CloseAsync()
    {
        _line.IsCut = false;
        if (_client is not null && _stub is null)
        {
            await _client.DeleteCollectionAsync(_options.Collection);
        }

        _client?.Dispose();
        _channel?.Dispose();
        if (_stub is not null)
        {
            await _stub.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_hybrid_search_is_one_round_trip()
    {
        var stub = NeedStub();
        await Index.UpsertAsync(Sample.Points(5), Cancelled);
        await Index.SearchAsync(Sample.Query("common", Sample.Direction(1)), Cancelled);
        stub.Calls.Clear();

        await Index.SearchAsync(Sample.Query("common", Sample.Direction(1)), Cancelled);

        Assert.Equal(["QueryBatch"], stub.Calls);
    }

    [Fact]
    public async Task What_is_written_by_another_process_is_found()
    {
        var other = New(_options);
        Assert.Empty(await other.SearchAsync(Sample.Query("alpha", [1, 0, 0]), Cancelled));

        await Index.UpsertAsync([Sample.Point(1, "alpha", dense: [1, 0, 0])], Cancelled);

        Assert.Single(await other.SearchAsync(Sample.Query("alpha"), Cancelled));
        Assert.Single(await other.SearchAsync(Sample.Query([1, 0, 0]), Cancelled));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => other.SearchAsync(Sample.Query([1, 0]), Cancelled));
    }

    [Fact]
    public async Task Two_processes_may_start_at_the_same_time()
    {
        var starts = Enumerable.Range(0, 4).Select(_ => New(_options).UpsertAsync(Sample.Points(20), Cancelled));
        await Task.WhenAll(starts);

        Assert.Equal(20, (await Index.StatusAsync(Cancelled)).Points);
    }

    [Fact]
    public async Task A_collection_that_somebody_deleted_fails_once_and_is_made_anew()
    {
        var stub = NeedStub();
        await Index.UpsertAsync(Sample.Points(5), Cancelled);
        stub.DropCollections();

        await Assert.ThrowsAsync<VectorIndexUnavailableException>(() => Index.SearchAsync(Sample.Query("common"), Cancelled));
        await Index.UpsertAsync(Sample.Points(5), Cancelled);
        Assert.Equal(5, (await Index.SearchAsync(Sample.Query("common"), Cancelled)).Count);
    }

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Unauthenticated)]
    [InlineData(StatusCode.InvalidArgument)]
    public async Task Every_failure_of_the_server_is_unavailability_with_its_reason(StatusCode failure)
    {
        var stub = NeedStub();
        await Index.UpsertAsync(Sample.Points(3), Cancelled);
        stub.Failure = failure;

        Func<Task>[] calls =
        [
            () => Index.SearchAsync(Sample.Query("common"), Cancelled),
            () => Index.UpsertAsync(Sample.Points(3), Cancelled),
            () => Index.RemoveAsync(Sample.Id(1), null, Cancelled),
            () => Index.StatusAsync(Cancelled),
        ];
        foreach (var call in calls)
        {
            var thrown = await Assert.ThrowsAsync<VectorIndexUnavailableException>(call);
            Assert.Contains("Qdrant", thrown.Message, StringComparison.Ordinal);
        }

        stub.Failure = null;
        Assert.Equal(3, (await Index.SearchAsync(Sample.Query("common"), Cancelled)).Count);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_not_waited_for()
    {
        var stub = NeedStub();
        var impatient = New(new QdrantOptions
        {
            Collection = _options.Collection,
            SearchTimeout = TimeSpan.FromMilliseconds(300),
        });
        await impatient.UpsertAsync(Sample.Points(3), Cancelled);
        stub.Delay = TimeSpan.FromMinutes(1);

        var thrown = await Assert.ThrowsAsync<VectorIndexUnavailableException>(
            () => impatient.SearchAsync(Sample.Query("common"), Cancelled));
        Assert.Contains("0.3 s", thrown.Message, StringComparison.Ordinal);
    }

    private QdrantVectorIndex New(QdrantOptions options)
        => new(_client!, Options.Create(options), Options.Create(Bm25), Options.Create(new HybridOptions()), TimeProvider.System);

    private QdrantStub NeedStub()
    {
        Assert.SkipWhen(_stub is null, "A real server cannot be told to fail");
        return _stub;
    }

    /// <summary>The line to the server; it can be cut.</summary>
    private sealed class Line() : DelegatingHandler(new SocketsHttpHandler { EnableMultipleHttp2Connections = true })
    {
        public bool IsCut { get; set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (IsCut)
            {
                throw new HttpRequestException("No connection", new SocketException((int)SocketError.ConnectionRefused));
            }

            if (Environment.GetEnvironmentVariable("RAGASPIRE_TEST_QDRANT_KEY") is { Length: > 0 } key)
            {
                request.Headers.TryAddWithoutValidation("api-key", key);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
