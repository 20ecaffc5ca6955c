using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Embedded;

namespace RagAspire.Tests.ServiceDefaults;

/// <summary>The health check of the images, as an engine runs it.</summary>
public sealed class ProbeTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("RagAspire.Api", StatusCodes.Status200OK, 0)]
    [InlineData("RagAspire.Worker", StatusCodes.Status503ServiceUnavailable, 1)]
    public async Task The_probe_asks_the_service_of_its_own_environment(string program, int status, int exitCode)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var port = FreePort.Next();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        await using var service = builder.Build();
        service.MapGet("/alive", () => TypedResults.StatusCode(status));
        await service.StartAsync(Cancelled);

        Assert.Equal(exitCode, await ProbeAsync(program, ("ASPNETCORE_URLS", $"http://+:{port}")));
        Assert.Equal(exitCode, await ProbeAsync(program, ("HTTP_PORTS", $"{port}"), ("ASPNETCORE_HTTP_PORTS", $"{FreePort.Next()}")));
    }

    [Fact]
    public async Task The_probe_fails_where_nothing_listens() =>
        Assert.Equal(1, await ProbeAsync("RagAspire.Api", ("ASPNETCORE_URLS", $"http://+:{FreePort.Next()}")));

    [Theory]
    [InlineData(null, "api")]
    [InlineData("api-7", "api-7")]
    [InlineData("%host%", "{0}")]
    [InlineData("eu-%host%", "eu-{0}")]
    public void A_replica_may_be_named_by_its_machine(string? setting, string expected)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "RagAspire.Api" });
        builder.Configuration["Metrics:Instance"] = setting;

        Assert.Equal(string.Format(null, expected, Environment.MachineName), ServiceIdentity.Of(builder).Instance);
    }

    private static async Task<int?> ProbeAsync(string program, params (string Name, string Value)[] environment)
    {
        await using var probe = BackgroundProgram.Start(
            "dotnet", [BuildOutput.Of(program), "probe"], environment.Select(variable => KeyValuePair.Create(variable.Name, variable.Value)));
        await probe.WaitForExitAsync(Cancelled);
        return probe.ExitCode;
    }
}
