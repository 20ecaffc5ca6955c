namespace RagAspire.Ingestion.Extraction;

/// <summary>Watches a process while it reads one document, and ends it when it exceeds a limit.</summary>
internal sealed class ExtractorWatch(ExtractorProcess process, ExtractionOptions options, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Effort _whole = new(process, time);

    /// <summary>Processor time of this document, as last seen.</summary>
    public TimeSpan Used { get; private set; }

    /// <param name="limit">Of the processor time.</param>
    /// <param name="memory">Of the resident memory, in bytes.</param>
    /// <returns>The limit that was exceeded; null when the document ended or was cancelled before.</returns>
    public async Task<ExtractorFailure?> RunAsync(TimeSpan limit, long memory, CancellationToken cancellationToken)
    {
        var step = new Effort(process, time);
        var steps = process.Steps;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Measure();
                if (steps != process.Steps)
                {
                    steps = process.Steps;
                    step = new Effort(process, time);
                }

                ExtractorFailure? failure = _whole.HasPassed(limit) ? ExtractorFailure.TimedOut
                    : step.HasPassed(options.StallLimit) ? ExtractorFailure.Stalled
                    : process.ResidentBytes() > memory ? ExtractorFailure.OutOfMemory
                    : null;
                if (failure is not null)
                {
                    await process.EndAsync();
                    return failure;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The document is finished or cancelled.
        }

        Measure();
        return null;
    }

    // A process that has ended has no processor time any more; what was seen before counts.
    private void Measure() => Used = _whole.Used > Used ? _whole.Used : Used;

    /// <summary>
    /// Measures processor time, so that a busy machine does not fail a document, and elapsed time, for a process that waits
    /// without working.
    /// </summary>
    private readonly struct Effort(ExtractorProcess process, TimeProvider time)
    {
        private const int ClockFactor = 4;
        private readonly TimeSpan _processorTime = process.ProcessorTime();
        private readonly long _started = time.GetTimestamp();

        public TimeSpan Used => process.ProcessorTime() - _processorTime;

        public bool HasPassed(TimeSpan limit) => Used > limit || time.GetElapsedTime(_started) > ClockFactor * limit;
    }
}
