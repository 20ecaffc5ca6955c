namespace RagAspire.Maintenance;

/// <summary>What a run came to. Failed things are counted apart, and what was skipped is not a success.</summary>
/// <param name="Examined">Things looked at: tables, chunks, files.</param>
/// <param name="Changed">Things changed, or that a dry run would change.</param>
/// <param name="Failed">Things that should have been changed and could not be; with one of them the run has failed.</param>
public sealed record TaskReport(long Examined, long Changed, long Failed)
{
    /// <summary>Sentences for people: what was done, what was left alone and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Figures before the run, by name with unit, such as "chunks.bytes".</summary>
    public IReadOnlyDictionary<string, double> Before { get; init; } = new Dictionary<string, double>();

    /// <summary>The same figures after it.</summary>
    public IReadOnlyDictionary<string, double> After { get; init; } = new Dictionary<string, double>();

    /// <summary>The run had nothing that it could do, and why; null for an ordinary one.</summary>
    public string? Skipped { get; init; }
}
