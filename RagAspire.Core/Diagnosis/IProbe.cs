namespace RagAspire.Diagnosis;

/// <summary>The time range of a diagnosis.</summary>
public sealed record DiagnosisWindow(DateTimeOffset Since, DateTimeOffset Until);

/// <summary>Examines one part of the system. It reads and changes nothing.</summary>
/// <remarks>
/// A probe must not need what it examines: a store that is away is an observation and not an exception. What a probe cannot
/// find out it throws as <see cref="ProbeException"/>, because unknown is not healthy.
/// </remarks>
public interface IProbe
{
    /// <summary>The name in the report, such as <c>postgresql</c>.</summary>
    string Name { get; }

    /// <summary>Returns what is wrong; an empty list says that this part was examined and is healthy.</summary>
    /// <exception cref="ProbeException">The part could not be examined.</exception>
    Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken);
}

/// <summary>The reason why a part could not be examined, for operators.</summary>
public sealed class ProbeException(string reason, Exception? innerException = null) : Exception(reason, innerException);
