using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using RagAspire.Embedded;
using RagAspire.TestSupport.Processes;
using StackExchange.Redis;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>
/// What a cached response costs at least: a bare Kestrel endpoint that gets the bytes from Redis by the path of the request and
/// returns them. It is this program in a process of its own.
/// </summary>
internal static class FloorServer
{
    /// <summary>The argument with which this program is the server.</summary>
    public const string Command = "floor";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Starts the process and waits until it answers.</summary>
    public static async Task<(BackgroundProgram Program, Uri Address)> StartAsync(
        string redis, CancellationToken cancellationToken)
    {
        var port = FreePort.Next();
        var program = BackgroundProgram.Start(
            "dotnet", [typeof(FloorServer).Assembly.Location, Command, $"{port}", redis], [new("DOTNET_gcServer", "0")]);
        var address = new Uri($"http://127.0.0.1:{port}/");
        await program.WaitUntilReadyAsync(address, StartTimeout, cancellationToken);
        return (program, address);
    }

    /// <summary>Serves until the process is ended.</summary>
    public static async Task<int> RunAsync(int port, string redis)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
        var database = connection.GetDatabase();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var app = builder.Build();
        app.Run(async context =>
        {
            ReadOnlyMemory<byte> kept = await database.StringGetAsync(context.Request.Path.Value);
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = kept.Length;
            await context.Response.BodyWriter.WriteAsync(kept);
        });
        await app.RunAsync();
        return 0;
    }
}
