namespace RagAspire.Diagnosis;

/// <summary>The time range of a diagnosis, and where its probes write down what they read.</summary>
public sealed record DiagnosisWindow(DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>What the probes compare with their limits.</summary>
    public FigureSheet Figures { get; } = new();
}

/// <summary>Examines one part of the system. It reads and changes nothing.</summary>
/// <remarks>
/// A probe must not need what it examines: a store that is away is an observation and not an exception. What a probe cannot
/// find out it throws as <see cref="ProbeException"/>, with what it has found, because unknown is not healthy.
/// </remarks>
public interface IProbe
{
    /// <summary>The name in the report, such as <c>postgresql</c>.</summary>
    string Name { get; }

    /// <summary>Whether it compares what it reads with its earlier readings, so that it runs between diagnoses, too.</summary>
    bool ComparesReadings => false;

    /// <summary>Returns what is wrong; an empty list says that this part was examined and is healthy.</summary>
    /// <exception cref="ProbeException">The part could not be examined.</exception>
    Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken);
}

/// <summary>The reason why a part could not be examined, or not wholly, for operators.</summary>
public sealed class ProbeException(string reason, Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>What was found where the part could be examined.</summary>
    public IReadOnlyList<Observation> Observations { get; init; } = [];

    /// <summary>Returns what was found, unless a part of it is unknown.</summary>
    /// <exception cref="ProbeException">There are reasons.</exception>
    internal static IReadOnlyList<Observation> Unless(IReadOnlyList<string> reasons, IReadOnlyList<Observation> observations) =>
        reasons.Count == 0
            ? observations
            : throw new ProbeException($"Partly examined: {string.Join(' ', reasons.Distinct())}") { Observations = observations };
}
