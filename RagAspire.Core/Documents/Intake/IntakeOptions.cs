using System.ComponentModel.DataAnnotations;

namespace RagAspire.Documents.Intake;

/// <summary>What a file must be to become a document, whoever brings it; section <c>Limits</c>, beside the API's.</summary>
public sealed class IntakeOptions
{
    public const string Section = "Limits";

    /// <summary>The largest file.</summary>
    [Range(1, 2_000_000_000)]
    public long UploadBytes { get; set; } = 64L << 20;
}
