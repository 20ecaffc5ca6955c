using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Trace;
using RagAspire.AppHost.Commands;
using RagAspire.Embedded;

namespace RagAspire.Tests.AppHost;

/// <summary>Calls of the API by commands.</summary>
public sealed class ApiClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_carries_the_key_and_begins_a_trace_of_its_own()
    {
        await using var api = await ApiStub.StartAsync(request => Results.Ok(
            new[] { $"{request.Headers.Authorization}", $"{request.Headers.TraceParent}" }));
        using var client = new ApiClient(api.Address, "key");
        using var tracing = Sdk.CreateTracerProviderBuilder().AddSource("command").AddHttpClientInstrumentation().Build();
        using var source = new ActivitySource("command");
        using var activity = source.StartActivity("command");
        Assert.True(activity!.Recorded);

        Assert.Equal(["Bearer key", ""], await client.GetAsync<string[]>("anything", Cancellation));
    }

    [Fact]
    public async Task A_refusal_is_the_detail_of_the_problem()
    {
        await using var api = await ApiStub.StartAsync(_ => Results.Problem("The task runs already.", statusCode: 409));
        using var client = new ApiClient(api.Address, "key");

        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.PostAsync<string>("anything", new { }, Cancellation));

        Assert.Equal("The task runs already.", refusal.Message);
    }

    [Fact]
    public async Task Invalid_input_is_told_by_its_first_message()
    {
        await using var api = await ApiStub.StartAsync(_ => Results.ValidationProblem(
            new Dictionary<string, string[]> { ["limit"] = ["The limit is between 1 and 20."] }));
        using var client = new ApiClient(api.Address, "key");

        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<string>("anything", Cancellation));

        Assert.Equal("The limit is between 1 and 20.", refusal.Message);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_and_an_absent_API_are_each_one_sentence()
    {
        await using var api = await ApiStub.StartAsync(_ => Results.Text("<html>", "application/json"));
        using var client = new ApiClient(api.Address, "key");
        using var nowhere = new ApiClient(new Uri($"http://127.0.0.1:{FreePort.Next()}"), "key");

        var garbage = await Assert.ThrowsAsync<ApiException>(() => client.GetAsync<string[]>("anything", Cancellation));
        var absent = await Assert.ThrowsAsync<ApiException>(() => nowhere.GetAsync<string[]>("anything", Cancellation));

        Assert.Equal("The API answers with something other than JSON.", garbage.Message);
        Assert.StartsWith("The API does not answer: Connection refused", absent.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', absent.Message);
    }

    private sealed class ApiStub(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.Single());

        public static async Task<ApiStub> StartAsync(Func<HttpRequest, IResult> answer)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            app.Map("/api/v1/{**path}", (HttpRequest request) => answer(request));
            await app.StartAsync(Cancellation);
            return new ApiStub(app);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
