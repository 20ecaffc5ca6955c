namespace RagAspire.Maintenance;

/// <summary>
/// How fast work on the database may go while people use it: batches shrink when the database is slow, which is when
/// others keep it busy, grow when it is not, and each is followed by a pause of at least the time that it took.
/// </summary>
public sealed class Throttle(int start, int most, TimeProvider time)
{
    private const int Least = 50;
    private static readonly TimeSpan Target = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(2);

    /// <summary>Rows of the next batch.</summary>
    public int Batch { get; private set; } = Math.Min(start, most);

    /// <summary>Does one batch and rests.</summary>
    /// <param name="work">Gets the number of rows to take.</param>
    /// <returns>What the work returned.</returns>
    public async Task<T> StepAsync<T>(Func<int, Task<T>> work, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var result = await work(Batch);
        var took = time.GetElapsedTime(startedAt);
        Batch = took > Target ? Math.Max(Least, Batch / 2) : Math.Min(most, Batch + (Batch / 4));
        await RestAsync(startedAt, 1, time, cancellationToken);
        return result;
    }

    /// <summary>Rests after a piece of work, because people search meanwhile.</summary>
    /// <param name="startedAt">The timestamp at which the work began.</param>
    /// <param name="times">How many times as long as the work the rest is; the longest is two seconds.</param>
    public static Task RestAsync(long startedAt, double times, TimeProvider time, CancellationToken cancellationToken)
    {
        var rest = time.GetElapsedTime(startedAt) * times;
        return Task.Delay(rest < LongestRest ? rest : LongestRest, time, cancellationToken);
    }
}
