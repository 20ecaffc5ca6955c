using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RagAspire.Embedded;
using Yarp.ReverseProxy.Transforms;

namespace RagAspire.AppHost;

/// <summary>
/// The API's MCP server for Aspire's own tools, which send no key of the API. They get an address of this process, on loopback
/// and with a secret in it, from which calls go on to the API with the key of development.
/// </summary>
/// <param name="key">Gives the key when it is needed.</param>
internal sealed class McpGateway(Uri api, Func<CancellationToken, ValueTask<string?>> key) : IHostedService, IAsyncDisposable
{
    private const string Path = "/mcp";

    private readonly SemaphoreSlim _starting = new(1);
    private WebApplication? _server;
    private Uri? _address;

    /// <summary>Where the tools connect. The server starts when the first of them asks.</summary>
    public async Task<Uri> AddressAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken);
        try
        {
            return _address ??= await ListenAsync(cancellationToken);
        }
        finally
        {
            _starting.Release();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _starting.Dispose();
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task<Uri> ListenAsync(CancellationToken cancellationToken)
    {
        // Empty, so that settings that are meant for the AppHost change nothing here.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server => server.Listen(IPAddress.Loopback, port: 0));
        builder.Services.AddRoutingCore().AddHttpForwarder();
        _server = builder.Build();
        var path = $"/{SecretFile.Create()}{Path}";
        var authorization = $"Bearer {await key(cancellationToken)}";
        _server.MapForwarder(path, api.ToString(), calls => calls.AddPathSet(Path).AddRequestHeader("Authorization", authorization, append: false));
        await _server.StartAsync(cancellationToken);
        return new Uri(new Uri(_server.Urls.Single()), path);
    }
}

internal static class McpGatewayExtensions
{
    /// <summary>Lets Aspire's tools list and call the tools of the API's MCP server.</summary>
    public static IResourceBuilder<ProjectResource> WithMcpServer(
        this IResourceBuilder<ProjectResource> service, AppHostOptions options, IResourceBuilder<ParameterResource> apiKey)
    {
        if (service.ApplicationBuilder.ExecutionContext.IsPublishMode)
        {
            return service;
        }

        var gateway = new McpGateway(new Uri($"http://127.0.0.1:{options.ApiPort}"), apiKey.Resource.GetValueAsync);
        service.ApplicationBuilder.Services.AddHostedService(_ => gateway);
        return service.WithAnnotation(new McpServerEndpointAnnotation(
            async (_, cancellationToken) => await gateway.AddressAsync(cancellationToken)));
    }
}
