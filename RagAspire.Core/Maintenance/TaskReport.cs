namespace RagAspire.Maintenance;

/// <summary>The result of a run. Failures are counted apart, and skipped is not success.</summary>
/// <param name="Examined">Things examined: tables, chunks, files.</param>
/// <param name="Changed">Things changed, or that a dry run would change.</param>
/// <param name="Failed">Things that could not be changed; one of them makes the run a failed one.</param>
public sealed record TaskReport(long Examined, long Changed, long Failed)
{
    /// <summary>Sentences for operators: changes, and omissions with their reason.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Metrics before the run, by name with unit, such as "chunks.bytes".</summary>
    public IReadOnlyDictionary<string, double> Before { get; init; } = new Dictionary<string, double>();

    /// <summary>The same metrics after the run.</summary>
    public IReadOnlyDictionary<string, double> After { get; init; } = new Dictionary<string, double>();

    /// <summary>Why the task had nothing to do; null for an ordinary run.</summary>
    public string? Skipped { get; init; }
}
