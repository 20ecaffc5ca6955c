using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;

namespace RagAspire.TestSupport.Load;

/// <summary>One search.</summary>
/// <param name="DueAt">When it was to be sent, since the load began.</param>
/// <param name="Took">From then to the end of the answer, so that a search which had to wait for its turn counts as slow.</param>
internal readonly record struct Sample(TimeSpan DueAt, TimeSpan Took);

/// <summary>
/// Searches at a fixed rate, whatever becomes of those before: a system that stalls is asked as often as one that does not,
/// and all who asked meanwhile have waited.
/// </summary>
internal sealed class SearchLoad : IAsyncDisposable
{
    private readonly HttpClient _api;
    private readonly MadeUpText _text;
    private readonly ConcurrentQueue<Sample> _samples = [];
    private readonly CancellationTokenSource _stopping;
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly Task _asking;

    public SearchLoad(HttpClient api, MadeUpText text, double perSecond, CancellationToken cancellationToken)
    {
        (_api, _text) = (api, text);
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _asking = AskAsync(TimeSpan.FromSeconds(1 / perSecond));
    }

    public TimeSpan Now => Stopwatch.GetElapsedTime(_startedAt);

    /// <summary>Asks no more, and waits for what is still to be answered.</summary>
    /// <exception cref="HttpRequestException">A search failed.</exception>
    public async Task<IReadOnlyList<Sample>> StopAsync()
    {
        await _stopping.CancelAsync();
        await _asking;
        return [.. _samples];
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AskAsync(TimeSpan period)
    {
        var open = new List<Task>();
        for (var dueAt = TimeSpan.Zero; !_stopping.IsCancellationRequested; dueAt += period)
        {
            while (dueAt - Now is var early && early > TimeSpan.Zero)
            {
                await Task.Delay(early, CancellationToken.None);
            }

            open.Add(AskOnceAsync(dueAt));
        }

        await Task.WhenAll(open);
    }

    private async Task AskOnceAsync(TimeSpan dueAt)
    {
        using var response = await _api.PostAsJsonAsync("/api/v1/search", new { query = _text.Question() }, CancellationToken.None);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync(CancellationToken.None);
        _samples.Enqueue(new Sample(dueAt, Now - dueAt));
    }
}
