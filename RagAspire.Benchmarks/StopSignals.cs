using System.Runtime.InteropServices;

namespace RagAspire.Benchmarks;

/// <summary>
/// Lets a run that is stopped by a signal end what it has started. Without it SIGTERM, unlike Ctrl-C, reaches this process alone.
/// </summary>
internal static class StopSignals
{
    private const int Stopped = 130;

    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> run)
    {
        using var stop = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            // The second one ends this process at once.
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        try
        {
            return await run(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Stopped;
        }
    }
}
