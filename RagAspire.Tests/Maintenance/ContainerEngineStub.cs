using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RagAspire.Tests.Maintenance;

/// <summary>Answers the prune calls of Docker's API on a Unix socket, as an engine that has three things to remove.</summary>
internal sealed class ContainerEngineStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();

    private ContainerEngineStub(WebApplication app) => _app = app;

    /// <summary>Each path with its filters, whose members are in the order of their names.</summary>
    public IEnumerable<string> Requests => _requests;

    public static async Task<ContainerEngineStub> StartAsync(string socket)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(server => server.ListenUnixSocket(socket));
        var engine = new ContainerEngineStub(builder.Build());
        engine._app.MapPost("/{kind}/prune", engine.Prune);
        await engine._app.StartAsync(TestContext.Current.CancellationToken);
        return engine;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private IResult Prune(string kind, string filters)
    {
        var sorted = JsonNode.Parse(filters)!.AsObject().OrderBy(filter => filter.Key, StringComparer.Ordinal)
            .Select(filter => $"\"{filter.Key}\":{filter.Value!.ToJsonString()}");
        _requests.Enqueue($"/{kind}/prune {{{string.Join(',', sorted)}}}");
        return kind switch
        {
            "containers" => Results.Text("""{"ContainersDeleted":["4f1c","77aa"],"SpaceReclaimed":500000}""", "application/json"),
            "images" => Results.Text(
                """{"ImagesDeleted":[{"Untagged":"ragaspire/api:1.0.0"},{"Deleted":"sha256:11"}],"SpaceReclaimed":12000000}""",
                "application/json"),
            "networks" => Results.Text("""{"NetworksDeleted":null}""", "application/json"),
            _ => Results.Text("""{"VolumesDeleted":[],"SpaceReclaimed":0}""", "application/json"),
        };
    }
}
