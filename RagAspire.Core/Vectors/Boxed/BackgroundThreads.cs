using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace RagAspire.Vectors.Boxed;

/// <summary>Runs work on one thread for each core, at a priority that gives way to everything else on the machine.</summary>
/// <remarks>Searches of this and of other processes take the cores from it at once; idle cores are used in full.</remarks>
internal sealed partial class BackgroundThreads : IDisposable
{
    private const int Niceness = 10;

    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>();

    public BackgroundThreads(int count)
    {
        for (var i = 0; i < count; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "embedding", Priority = ThreadPriority.BelowNormal }.Start();
        }
    }

    /// <summary>Runs the function as soon as a thread is free.</summary>
    public Task<T> RunAsync<T>(Func<T> function, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Run()
        {
            if (cancellationToken.IsCancellationRequested)
            {
                result.TrySetCanceled(cancellationToken);
                return;
            }

            try
            {
                result.TrySetResult(function());
            }
            catch (Exception exception)
            {
                // It belongs to the caller that awaits the task; the thread serves others.
                result.TrySetException(exception);
            }
        }

        ObjectDisposedException.ThrowIf(!_work.Writer.TryWrite(Run), this);
        return result.Task;
    }

    public void Dispose() => _work.Writer.TryComplete();

    private void Work()
    {
        if (OperatingSystem.IsLinux())
        {
            // 0 is the calling thread. .NET's own priorities have no effect on Linux.
            _ = SetPriority(which: 0, who: 0, Niceness);
        }

        while (_work.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_work.Reader.TryRead(out var run))
            {
                run();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, uint who, int priority);
}
