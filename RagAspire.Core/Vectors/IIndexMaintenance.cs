namespace RagAspire.Vectors;

/// <summary>What a look at an index's structure found.</summary>
/// <param name="Problems">What is wrong and could not be put right.</param>
/// <param name="Notes">What is worth knowing, and what was changed.</param>
/// <param name="Before">Figures before, by name.</param>
/// <param name="After">The same figures after.</param>
public sealed record IndexMaintenanceReport(
    long Examined,
    long Changed,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notes,
    IReadOnlyDictionary<string, double> Before,
    IReadOnlyDictionary<string, double> After);

/// <summary>Looks after the structure of an index that all processes share: its state, its settings, the quality of its answers.</summary>
public interface IIndexMaintenance
{
    /// <param name="dryRun">Nothing may be changed; the report says what would be.</param>
    /// <param name="progress">Told how far it is: percent, and at what.</param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be asked.</exception>
    Task<IndexMaintenanceReport> RunAsync(bool dryRun, Action<int, string> progress, CancellationToken cancellationToken);
}
