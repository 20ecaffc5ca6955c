using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>
/// Uploads and searches until it is stopped. Each upload is repeated until it is acknowledged, as a client has to, and each
/// request must succeed or be refused for now.
/// </summary>
internal sealed class SteadyTraffic : IAsyncDisposable
{
    /// <summary>Far below the time limit of a command, which a request that hangs would reach.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<Guid> _acknowledged = new();
    private readonly ConcurrentQueue<TimeSpan> _durations = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly RagClient _client;
    private readonly Task _work;
    private int _refused;

    public SteadyTraffic(RagClient client)
    {
        _client = client;
        _work = Task.WhenAll(UntilOneFailsAsync(UploadAsync), UntilOneFailsAsync(SearchAsync));
    }

    /// <summary>The documents whose upload was acknowledged, in order.</summary>
    public IReadOnlyCollection<Guid> Acknowledged => _acknowledged;

    /// <summary>The longest that a request took.</summary>
    public TimeSpan Longest => _durations.Max();

    public static string Name(int number) => $"steady-{number}.txt";

    /// <summary>A word of this document alone.</summary>
    public static string Word(int number) => $"steadyword{number}";

    public Task UploadedAsync(int more)
    {
        var before = _acknowledged.Count;
        return UntilAsync(() => _acknowledged.Count >= before + more, $"{more} documents are not uploaded.");
    }

    public Task RefusedAsync() => UntilAsync(() => Volatile.Read(ref _refused) > 0, "No request is refused.");

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _work);
        _stop.Dispose();
    }

    private Task UntilAsync(Func<bool> condition, string otherwise) => Eventually.TrueAsync(
        async () =>
        {
            if (_work.IsCompleted)
            {
                await _work;
            }

            return condition();
        },
        TimeSpan.FromMinutes(2), () => otherwise, TestContext.Current.CancellationToken);

    private async Task UntilOneFailsAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        finally
        {
            await _stop.CancelAsync();
        }
    }

    private async Task UploadAsync()
    {
        for (var number = 0; !_stop.IsCancellationRequested;)
        {
            var content = Encoding.UTF8.GetBytes($"Only this document has the word {Word(number)}.");
            if (await SendAsync(() => _client.PostFileAsync(Name(number), content)) is { } document)
            {
                _acknowledged.Enqueue(document["id"]!.GetValue<Guid>());
                number++;
            }
        }
    }

    private async Task SearchAsync()
    {
        for (var number = 0; !_stop.IsCancellationRequested; number++)
        {
            // Each asks for something else, so that the cache does not answer.
            await SendAsync(() => _client.Http.PostAsJsonAsync(
                "/api/v1/search", new { query = $"fox {number}" }, TestContext.Current.CancellationToken));
        }
    }

    /// <summary>The body, or null when the request was refused for now.</summary>
    private async Task<JsonNode?> SendAsync(Func<Task<HttpResponseMessage>> send)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var response = await send();
        var took = Stopwatch.GetElapsedTime(startedAt);
        _durations.Enqueue(took);
        Assert.True(took < Patience, $"{response.RequestMessage?.RequestUri} took {took}.");
        var body = await RagClient.JsonAsync(response);
        await Task.Delay(Pause, TestContext.Current.CancellationToken);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            Assert.NotNull(response.Headers.RetryAfter);
            Interlocked.Increment(ref _refused);
            return null;
        }

        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {body}");
        return body;
    }
}
