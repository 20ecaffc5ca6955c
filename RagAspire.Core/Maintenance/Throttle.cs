namespace RagAspire.Maintenance;

/// <summary>
/// Keeps database work from slowing searches down: a batch shrinks when it was slow, which means that the database is busy,
/// grows when it was fast, and is followed by a pause of the same length.
/// </summary>
public sealed class Throttle(int initialRows, int maxRows, TimeProvider time)
{
    private const int MinRows = 50;
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private int _rows = Math.Min(initialRows, maxRows);

    /// <summary>Does one batch, then pauses.</summary>
    /// <param name="work">Gets the number of rows to take.</param>
    /// <returns>What the work returned.</returns>
    public async Task<T> BatchAsync<T>(Func<int, Task<T>> work, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var result = await work(_rows);
        var took = time.GetElapsedTime(startedAt);
        _rows = took > Target ? Math.Max(MinRows, _rows / 2) : Math.Min(maxRows, _rows + (_rows / 4));
        await PauseAsync(startedAt, 1, time, cancellationToken);
        return result;
    }

    /// <summary>Repeats a statement that deletes a limited number of rows until none is left.</summary>
    /// <param name="delete">Gets the limit and returns how many rows it deleted.</param>
    /// <param name="progress">Gets the number of rows deleted so far after each batch.</param>
    /// <returns>The number of deleted rows.</returns>
    public async Task<long> DeleteAllAsync(
        Func<int, Task<int>> delete, Action<long>? progress, CancellationToken cancellationToken)
    {
        var (deleted, batch) = (0L, 0);
        do
        {
            batch = await BatchAsync(delete, cancellationToken);
            deleted += batch;
            progress?.Invoke(deleted);
        }
        while (batch > 0);
        return deleted;
    }

    /// <summary>Pauses after a piece of work, so that searches get the processor and the database in between.</summary>
    /// <param name="startedAt">The timestamp at which the work began.</param>
    /// <param name="factor">The length of the pause as a multiple of the work's; it is two seconds at most.</param>
    public static Task PauseAsync(long startedAt, double factor, TimeProvider time, CancellationToken cancellationToken) =>
        Task.Delay(PauseAfter(time.GetElapsedTime(startedAt), factor), time, cancellationToken);

    /// <summary>The pause after a piece of work.</summary>
    public static TimeSpan PauseAfter(TimeSpan work, double factor) =>
        work * factor < LongestPause ? work * factor : LongestPause;
}
