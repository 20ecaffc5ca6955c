namespace RagAspire.Ingestion;

/// <summary>What is left of a worker for more documents.</summary>
internal sealed class ProcessingRoom(int whole)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _returned = NewSource();
    private int _taken;

    public int Free => whole - Volatile.Read(ref _taken);

    /// <summary>Ends when the next share is returned.</summary>
    public Task Returned
    {
        get
        {
            lock (_lock)
            {
                return _returned.Task;
            }
        }
    }

    public void Take(int share)
    {
        lock (_lock)
        {
            _taken += share;
        }
    }

    public void Return(int share)
    {
        TaskCompletionSource returned;
        lock (_lock)
        {
            _taken -= share;
            (returned, _returned) = (_returned, NewSource());
        }

        returned.SetResult();
    }

    /// <summary>Waits until so much is free.</summary>
    public async Task WaitAsync(int share, CancellationToken cancellationToken)
    {
        while (true)
        {
            var returned = Returned;
            if (Free >= share)
            {
                return;
            }

            await returned.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
