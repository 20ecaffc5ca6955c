using System.ComponentModel.DataAnnotations;

namespace RagAspire.Documents.Intake;

/// <summary>Limits of files, by an upload or from a source; section <c>Limits</c>, beside those of the API.</summary>
public sealed class IntakeOptions
{
    public const string Section = "Limits";

    /// <summary>The largest file.</summary>
    [Range(1, 2_000_000_000)]
    public long UploadBytes { get; set; } = 64L << 20;
}
