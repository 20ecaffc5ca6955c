using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace RagAspire.Database;

/// <summary>
/// Answers calls that come at the same time together, such as by one transaction (group commit). While one group is answered,
/// the next one gathers, and at least for <see cref="Interval"/> since the last one. A call that comes alone waits for no other.
/// </summary>
/// <param name="atMost">Calls in one group.</param>
/// <param name="together">
/// Answers a group. A call that has no result afterwards, or whose group failed, is made alone, so that it shows its own error
/// and costs no other call. Its token is never cancelled: the calls of a group may be cancelled at different times.
/// </param>
/// <param name="alone">Answers one call; it waits for what others hold.</param>
public sealed class GroupedCalls<TCall, TResult>(
    int atMost,
    Func<IReadOnlyList<TCall>, CancellationToken, Task<IReadOnlyDictionary<TCall, TResult>>> together,
    Func<TCall, CancellationToken, Task<TResult>> alone)
    where TCall : class
{
    /// <summary>From the start of one group to that of the next.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isAnswering;
    private long _startedAt;

    public async Task<TResult> AnswerAsync(TCall call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var waiting = new Waiting(call);
        if (IsFirst(waiting))
        {
            _ = AnswerAllAsync();
        }

        var answer = await waiting.Answer.Task;
        return answer.IsKnown ? answer.Result! : await alone(call, cancellationToken);
    }

    private bool IsFirst(Waiting waiting)
    {
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            var isFirst = !_isAnswering;
            _isAnswering = true;
            return isFirst;
        }
    }

    private async Task AnswerAllAsync()
    {
        await GatherAsync();
        while (Next() is { Count: > 0 } group)
        {
            var results = await ResultsAsync(group);
            foreach (var waiting in group)
            {
                waiting.Answer.SetResult(
                    results.TryGetValue(waiting.Call, out var result) ? new Answer(true, result) : new Answer(false, default));
            }

            await GatherAsync();
        }
    }

    private async Task GatherAsync()
    {
        if (_startedAt != 0 && Interval - Stopwatch.GetElapsedTime(_startedAt) is var left && left > TimeSpan.Zero)
        {
            await Task.Delay(left);
        }

        _startedAt = Stopwatch.GetTimestamp();
    }

    [SuppressMessage("Design", "CA1031", Justification = "Each call of the group is made alone then, and shows its own error.")]
    private async Task<IReadOnlyDictionary<TCall, TResult>> ResultsAsync(List<Waiting> group)
    {
        try
        {
            // A group belongs to the trace of its first call, and not to that of the call that began the first group.
            var answering = default(Task<IReadOnlyDictionary<TCall, TResult>>)!;
            ExecutionContext.Run(
                group[0].Context,
                _ => answering = together([.. group.Select(waiting => waiting.Call)], CancellationToken.None),
                state: null);
            return await answering;
        }
        catch (Exception)
        {
            return new Dictionary<TCall, TResult>();
        }
    }

    private List<Waiting> Next()
    {
        lock (_lock)
        {
            var group = new List<Waiting>();
            while (group.Count < atMost && _waiting.TryDequeue(out var waiting))
            {
                group.Add(waiting);
            }

            _isAnswering = group.Count > 0;
            return group;
        }
    }

    private readonly record struct Answer(bool IsKnown, TResult? Result);

    private sealed class Waiting(TCall call)
    {
        public TCall Call => call;

        public ExecutionContext Context { get; } = ExecutionContext.Capture()!;

        public TaskCompletionSource<Answer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
