using Microsoft.Extensions.AI;

namespace RagAspire.Answers.Generation;

/// <summary>A stream of updates that can be abandoned even while it does not react to cancellation.</summary>
/// <remarks>
/// An asynchronous iterator cannot be disposed during <c>MoveNextAsync</c>, so disposal then waits in the background.
/// </remarks>
internal sealed class DetachableStream(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ChatResponseUpdate> _updates = updates.GetAsyncEnumerator(cancellationToken);
    private Task<bool> _moving = Task.FromResult(false);

    public ChatResponseUpdate Current => _updates.Current;

    public async Task<bool> MoveNextAsync()
    {
        _moving = _updates.MoveNextAsync().AsTask();
        return await _moving.WaitAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        if (_moving.IsCompleted)
        {
            return _updates.DisposeAsync();
        }

        _ = DisposeLaterAsync();
        return ValueTask.CompletedTask;
    }

    private async Task DisposeLaterAsync()
    {
        // The outcome is not needed; reading the exception keeps it from being reported as unobserved.
        await _moving.ContinueWith(
            static moved => _ = moved.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _updates.DisposeAsync();
    }
}
