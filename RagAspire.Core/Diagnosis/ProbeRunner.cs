using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Diagnosis;

/// <summary>What one probe found, and why its part is unknown or was examined in part.</summary>
internal sealed record ProbeOutcome(string Name, IReadOnlyList<Observation> Observations, TimeSpan Took, string? Reason);

/// <summary>Runs a probe within its time limit, also one that blocks its thread or ignores cancellation.</summary>
internal sealed partial class ProbeRunner(IOptions<DiagnosisOptions> options, TimeProvider time, ILogger<ProbeRunner> logger)
{
    // A probe that hangs in spite of its limit keeps its thread or socket, so repeated diagnoses must not pile them up.
    private const int MaxRunning = 16;

    private readonly Dictionary<string, int> _running = [];

    /// <summary>Never throws, except when the caller gives up.</summary>
    public async Task<ProbeOutcome> RunAsync(
        IProbe probe, DiagnosisWindow window, TimeSpan limit, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        ProbeOutcome Unknown(string reason, IReadOnlyList<Observation>? found = null) =>
            new(probe.Name, found ?? [], time.GetElapsedTime(start), reason);
        var name = probe.Name;
        if (!TryEnter(name))
        {
            return Unknown("Earlier examinations of this part still hang.");
        }

        limit = limit < options.Value.ProbeLimit ? limit : options.Value.ProbeLimit;
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var examination = ExamineAsync(probe, name, window, stop);
        try
        {
            var observations = await examination.WaitAsync(limit, time, cancellationToken);
            return new ProbeOutcome(probe.Name, observations, time.GetElapsedTime(start), Reason: null);
        }
        catch (TimeoutException) when (!examination.IsCompleted)
        {
            Cancel(stop);
            return Unknown($"No result within {limit.TotalSeconds:0.#} s.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (ProbeException ex)
        {
            return Unknown(ex.Message, ex.Observations);
        }
        catch (Exception ex)
        {
            // Whatever a probe throws, the other probes still count.
            Log.Failed(logger, probe.Name, ex);
            return Unknown($"The examination failed: {ex.Message}");
        }
    }

    private async Task<IReadOnlyList<Observation>> ExamineAsync(
        IProbe probe, string name, DiagnosisWindow window, CancellationTokenSource stop)
    {
        try
        {
            // On another thread: a probe may block before its first await.
            return await Task.Run(() => probe.ExamineAsync(window, stop.Token));
        }
        finally
        {
            Leave(name);
            stop.Dispose();
        }
    }

    /// <summary>Without waiting: what is called back on cancellation may block too.</summary>
    private static void Cancel(CancellationTokenSource stop) => _ = Task.Run(() =>
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The examination has ended meanwhile.
        }
    });

    private bool TryEnter(string name)
    {
        lock (_running)
        {
            var running = _running.GetValueOrDefault(name);
            if (running == MaxRunning)
            {
                return false;
            }

            _running[name] = running + 1;
            return true;
        }
    }

    private void Leave(string name)
    {
        lock (_running)
        {
            _running[name]--;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The probe {Probe} failed")]
        public static partial void Failed(ILogger logger, string probe, Exception exception);
    }
}
