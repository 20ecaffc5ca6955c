using Microsoft.Extensions.AI;

namespace RagAspire.Answers.Generation;

/// <summary>A stream of updates that can be left at any time, also while it does not react.</summary>
/// <remarks>An asynchronous iterator cannot be disposed while it is moving, so a stuck one is disposed when it gets free.</remarks>
internal sealed class DetachableStream(IAsyncEnumerable<ChatResponseUpdate> updates, CancellationToken cancellationToken) : IAsyncDisposable
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
        // Nobody waits for the outcome any more; it is only looked at so that it does not count as unobserved.
        await _moving.ContinueWith(
            static moved => _ = moved.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _updates.DisposeAsync();
    }
}
