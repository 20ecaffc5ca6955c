using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Qdrant.Client.Grpc;
using RagAspire.Embedded;

namespace RagAspire.Tests.Vectors.Qdrant;

/// <summary>
/// A Qdrant server in memory for the calls that the index makes, over the real protocol: gRPC on HTTP/2, the real messages,
/// the real formulas, and Qdrant's own refusals for what it would refuse.
/// </summary>
internal sealed class QdrantStub : IAsyncDisposable
{
    private readonly WebApplication _app;

    private QdrantStub(WebApplication app, QdrantStubStore store) => (_app, Store) = (app, store);

    /// <summary>What it holds, which outlives it.</summary>
    public QdrantStubStore Store { get; }

    /// <summary>Waits so long before each answer.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Answers everything with this status, when it is set.</summary>
    public StatusCode? Failure { get; set; }

    /// <summary>Changes what the server says about a collection.</summary>
    public Action<CollectionInfo>? Describe { get; set; }

    /// <summary>The calls so far, by method.</summary>
    public List<string> Calls { get; } = [];

    public Uri Address => new(_app.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.Server.IServer>()
        .Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <param name="port">That of a server before it; null for a free one.</param>
    /// <param name="store">What it holds; null for nothing.</param>
    public static async Task<QdrantStub> StartAsync(int? port = null, QdrantStubStore? store = null)
    {
        var chosen = port ?? FreePort.Next();
        Assert.True(FreePort.IsFreeAgain(chosen));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, chosen, listen => listen.Protocols = HttpProtocols.Http2));
        var stub = new QdrantStub(builder.Build(), store ?? new QdrantStubStore());
        stub._app.MapPost("/{service}/{method}", stub.AnswerAsync);
        await stub._app.StartAsync();
        return stub;
    }

    /// <summary>As if the collection had been deleted on the server.</summary>
    public void DropCollections() => Store.Drop();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, string service, string method)
    {
        lock (Calls)
        {
            Calls.Add(method);
        }

        context.Response.ContentType = "application/grpc";
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, context.RequestAborted);
        }

        try
        {
            if (Failure is { } failure)
            {
                throw new RpcException(new Status(failure, "as the test wants it"));
            }

            var request = await ReadAsync(context);
            await WriteAsync(context, Handle($"{service}/{method}", request));
            context.Response.AppendTrailer("grpc-status", "0");
        }
        catch (RpcException ex)
        {
            context.Response.AppendTrailer("grpc-status", ((int)ex.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            context.Response.AppendTrailer("grpc-message", Uri.EscapeDataString(ex.Status.Detail));
        }
    }

    private IMessage Handle(string call, byte[] body) => call switch
    {
        "qdrant.Collections/CollectionExists" => Store.Exists(CollectionExistsRequest.Parser.ParseFrom(body)),
        "qdrant.Collections/Create" => Store.Create(CreateCollection.Parser.ParseFrom(body)),
        "qdrant.Collections/Get" => Described(Store.Get(GetCollectionInfoRequest.Parser.ParseFrom(body))),
        "qdrant.Points/CreateFieldIndex" => Store.CreateIndex(CreateFieldIndexCollection.Parser.ParseFrom(body)),
        "qdrant.Points/CreateVectorName" => Store.CreateVector(CreateVectorNameRequest.Parser.ParseFrom(body)),
        "qdrant.Points/Upsert" => Store.Upsert(UpsertPoints.Parser.ParseFrom(body)),
        "qdrant.Points/Get" => Store.Retrieve(GetPoints.Parser.ParseFrom(body)),
        "qdrant.Points/Delete" => Store.Delete(DeletePoints.Parser.ParseFrom(body)),
        "qdrant.Points/Scroll" => Store.Scroll(ScrollPoints.Parser.ParseFrom(body)),
        "qdrant.Points/Count" => Store.Count(CountPoints.Parser.ParseFrom(body)),
        "qdrant.Points/Query" => Store.Query(QueryPoints.Parser.ParseFrom(body)),
        "qdrant.Points/QueryBatch" => Store.Query(QueryBatchPoints.Parser.ParseFrom(body)),
        _ => throw new RpcException(new Status(StatusCode.Unimplemented, call)),
    };

    private GetCollectionInfoResponse Described(GetCollectionInfoResponse response)
    {
        Describe?.Invoke(response.Result);
        return response;
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.ToArray();
        Assert.Equal(0, bytes[0]); // not compressed
        Assert.Equal(bytes.Length - 5, BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(1)));
        return bytes[5..];
    }

    private static async Task WriteAsync(HttpContext context, IMessage message)
    {
        var bytes = new byte[5 + message.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - 5);
        message.WriteTo(bytes.AsSpan(5));
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }
}
