namespace RagAspire.Jobs;

/// <summary>
/// Renews the right to some work at intervals until it is disposed. <see cref="Lost"/> stops the work when the right is gone,
/// because another process may then take over.
/// </summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _released = new();
    private readonly Task _renewing;

    /// <param name="interval">The pause between two renewals; the first one comes after it.</param>
    /// <param name="renewAsync">
    /// Renews once; false when the right is gone. Whether a store that is away costs the right is decided here too: nothing
    /// is caught. The token is cancelled when the lease is disposed.
    /// </param>
    public Lease(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task<bool>> renewAsync) =>
        _renewing = RenewAsync(interval, time, renewAsync);

    /// <summary>Cancelled when a renewal failed, or by <see cref="LoseAsync"/>.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Gives the right up for lost before the next renewal would find out.</summary>
    public Task LoseAsync() => _lost.CancelAsync();

    /// <summary>Ends the renewals. The caller gives the right itself back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _released.CancelAsync();
        await _renewing;
        _released.Dispose();
        _lost.Dispose();
    }

    private async Task RenewAsync(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task<bool>> renewAsync)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_released.Token))
            {
                if (!await renewAsync(_released.Token) && !_released.IsCancellationRequested)
                {
                    await _lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (_released.IsCancellationRequested)
        {
            // The lease is released.
        }
    }
}
