namespace RagAspire.Vectors;

/// <summary>The result of maintaining the structure of an index.</summary>
/// <param name="Problems">Problems that were not repaired.</param>
/// <param name="Notes">Remarks and changes.</param>
/// <param name="Before">Metrics before, by name.</param>
/// <param name="After">The same metrics after.</param>
public sealed record IndexMaintenanceReport(
    long Examined,
    long Changed,
    IReadOnlyList<string> Problems,
    IReadOnlyList<string> Notes,
    IReadOnlyDictionary<string, double> Before,
    IReadOnlyDictionary<string, double> After);

/// <summary>Maintains the structure of an index that all processes share: state, settings, recall.</summary>
public interface IIndexMaintenance
{
    /// <param name="dryRun">Changes nothing; the report lists the changes that would be made.</param>
    /// <param name="progress">Called with percent and the current step.</param>
    /// <exception cref="VectorIndexUnavailableException">The index cannot be asked.</exception>
    Task<IndexMaintenanceReport> RunAsync(bool dryRun, Action<int, string> progress, CancellationToken cancellationToken);
}
