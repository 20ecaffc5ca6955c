using Polly;
using Polly.CircuitBreaker;

namespace RagAspire.Vectors.Embedding;

/// <summary>A circuit breaker, so that callers do not wait one after the other for a model that does not answer.</summary>
internal static class ModelCircuit
{
    /// <summary>
    /// Failures older than this are forgotten. Longer than a call may take, or slow failures would never add up.
    /// </summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(10);

    /// <summary>Opens when at least half of the calls failed, and at least <paramref name="failures"/> calls were made.</summary>
    /// <remarks>Cancellation by a caller does not count as a failure.</remarks>
    public static ResiliencePipeline Build(int failures, TimeSpan breakDuration, TimeProvider clock) =>
        new ResiliencePipelineBuilder { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = .5,
                MinimumThroughput = failures,
                SamplingDuration = Memory,
                BreakDuration = breakDuration,
                ShouldHandle = new PredicateBuilder().Handle<Exception>(exception => exception is not OperationCanceledException),
            })
            .Build();
}
