using System.ComponentModel.DataAnnotations;

namespace RagAspire.Diagnosis.Ingestion;

/// <summary>Thresholds of the diagnosis of ingestion; section <c>Diagnosis:Ingestion</c>.</summary>
public sealed class IngestionDiagnosisOptions
{
    public const string Section = "Diagnosis:Ingestion";

    /// <summary>How long a document may wait or be processed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Waiting { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Documents that failed in the examined time from which to report them.</summary>
    [Range(1, 1_000_000)]
    public int Failures { get; set; } = 3;

    /// <summary>The share of documents that failed in the examined time; fewer are damaged files of users.</summary>
    [Range(0.0, 1.0)]
    public double FailedShare { get; set; } = 0.2;

    /// <summary>Attempts from which a document that is not ready counts as a poison document.</summary>
    [Range(2, 100)]
    public int Attempts { get; set; } = 3;

    /// <summary>Searchable chunks without an embedding, where there is an embedding model.</summary>
    [Range(0, 1_000_000_000)]
    public long Unembedded { get; set; } = 100;
}
