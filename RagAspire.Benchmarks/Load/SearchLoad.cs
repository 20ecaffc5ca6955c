using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;

namespace RagAspire.Benchmarks.Load;

/// <summary>One search.</summary>
/// <param name="DueAt">The time at which it was due, since the start of the load.</param>
/// <param name="Took">From then to the end of the response, so that time spent waiting to be sent counts too.</param>
internal readonly record struct Sample(TimeSpan DueAt, TimeSpan Took);

/// <summary>
/// Sends searches at a fixed rate whether or not earlier ones have finished. A system that stalls gets as many requests as one
/// that does not, so the stall shows in the latency of each of them.
/// </summary>
internal sealed class SearchLoad : IAsyncDisposable
{
    private readonly HttpClient _api;
    private readonly SyntheticText _text;
    private readonly ConcurrentQueue<Sample> _samples = [];
    private readonly CancellationTokenSource _stopping;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly Task _sending;

    public SearchLoad(HttpClient api, SyntheticText text, double perSecond, CancellationToken cancellationToken)
    {
        (_api, _text) = (api, text);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _sending = SendAsync(TimeSpan.FromSeconds(1 / perSecond));
    }

    public TimeSpan Now => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Stops sending, and waits for the open responses.</summary>
    /// <exception cref="HttpRequestException">A search failed.</exception>
    public async Task<IReadOnlyList<Sample>> StopAsync()
    {
        await _stopping.CancelAsync();
        await _sending;
        return [.. _samples];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task SendAsync(TimeSpan period)
    {
        var open = new List<Task>();
        for (var dueAt = TimeSpan.Zero; !_stopping.IsCancellationRequested; dueAt += period)
        {
            while (dueAt - Now is var early && early > TimeSpan.Zero)
            {
                await Task.Delay(early, CancellationToken.None);
            }

            open.Add(SendOneAsync(dueAt));
        }

        await Task.WhenAll(open);
    }

    private async Task SendOneAsync(TimeSpan dueAt)
    {
        var search = new { query = _text.Question() };
        using var response = await _api.PostAsJsonAsync("/api/v1/search", search, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
        _samples.Enqueue(new Sample(dueAt, Now - dueAt));
    }
}
