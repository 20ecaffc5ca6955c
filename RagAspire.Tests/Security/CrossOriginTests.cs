using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using RagAspire.Api.Security;

namespace RagAspire.Tests.Security;

public sealed class CrossOriginTests
{
    [Theory]
    [InlineData("", "https://wiki.example.com", null)]
    [InlineData("https://wiki.example.com, http://localhost:8080", "https://wiki.example.com", "https://wiki.example.com")]
    [InlineData("https://wiki.example.com", "https://example.com", null)]
    public async Task Only_pages_of_allowed_origins_may_call(string allowed, string origin, string? answered)
    {
        await using var app = await StartAsync(allowed);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "DELETE");
        preflight.Headers.Add("Access-Control-Request-Headers", "x-api-key");
        using var response = await client.SendAsync(preflight, TestContext.Current.CancellationToken);

        Assert.Equal(answered, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var told) ? told.Single() : null);
        Assert.Equal(answered is not null, response.Headers.Contains("Access-Control-Allow-Headers"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("*", 1)]
    [InlineData("https://a.example/path, ftp://b.example", 2)]
    [InlineData("https://a.example, http://b.example:8080", 0)]
    public void What_is_no_origin_is_refused(string origins, int faults) => Assert.Equal(
        faults, new CrossOriginOptions { Origins = origins }.Validate(new ValidationContext(this)).Count());

    private static async Task<WebApplication> StartAsync(string allowed)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Cors:Origins", (string?)allowed)]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddCrossOrigins();
        var app = builder.Build();
        app.UseCrossOrigins();
        app.MapDelete("/", () => Results.NoContent());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
