using Microsoft.Extensions.Hosting;

namespace RagAspire.Diagnosis.Machine;

/// <summary>One second of this process.</summary>
/// <param name="Delay">How long a task waited for a thread of the pool.</param>
/// <param name="GcShare">The part of the time in which the process was paused for garbage collection.</param>
internal sealed record RuntimeSecond(DateTimeOffset At, TimeSpan Delay, double GcShare);

/// <summary>
/// Watches garbage collection and the thread pool from a thread of its own, because a starved pool cannot watch itself.
/// </summary>
internal sealed class RuntimeWatch(TimeProvider time) : IHostedService, IDisposable
{
    private const int Seconds = 300;

    private readonly Queue<RuntimeSecond> _seconds = [];
    private readonly ManualResetEventSlim _stop = new();
    private Thread? _thread;

    /// <summary>Replaced by tests.</summary>
    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    public bool IsRunning => _thread is not null;

    /// <summary>Oldest first, of the last five minutes.</summary>
    public IReadOnlyList<RuntimeSecond> Recent()
    {
        lock (_seconds)
        {
            return [.. _seconds];
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _thread = new Thread(Watch) { IsBackground = true, Name = nameof(RuntimeWatch) };
        _thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _stop.Set();
        _thread?.Join(TimeSpan.FromSeconds(5));
        _stop.Dispose();
    }

    private void Watch()
    {
        var paused = GC.GetTotalPauseDuration();
        var started = time.GetTimestamp();
        while (!_stop.Wait(Interval))
        {
            var (queued, ran) = Queue();
            var isDone = false;
            while (!isDone && !_stop.IsSet)
            {
                // A task that still waits counts too: a starved pool would be seen only when it has recovered.
                isDone = ran.Wait(Interval);
                var elapsed = time.GetElapsedTime(started);
                var pause = GC.GetTotalPauseDuration() - paused;
                (started, paused) = (time.GetTimestamp(), paused + pause);
                Add(new RuntimeSecond(
                    time.GetUtcNow(), isDone ? ran.Result : time.GetElapsedTime(queued), pause / elapsed));
            }
        }
    }

    private void Add(RuntimeSecond second)
    {
        lock (_seconds)
        {
            _seconds.Enqueue(second);
            while (_seconds.Count > Seconds)
            {
                _seconds.Dequeue();
            }
        }
    }

    /// <summary>Queues an empty task; the result is how long it waited for a thread.</summary>
    private (long At, Task<TimeSpan> Ran) Queue()
    {
        var start = time.GetTimestamp();
        var ran = new TaskCompletionSource<TimeSpan>();
        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Ran.SetResult(state.Time.GetElapsedTime(state.Start)),
            (Ran: ran, Time: time, Start: start),
            preferLocal: false);
        return (start, ran.Task);
    }
}
