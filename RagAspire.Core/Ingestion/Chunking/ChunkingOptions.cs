using System.ComponentModel.DataAnnotations;

namespace RagAspire.Ingestion.Chunking;

/// <summary>The size of chunks; section <c>Chunking</c>.</summary>
public sealed class ChunkingOptions : IValidatableObject
{
    public const string Section = "Chunking";

    /// <summary>The most tokens of a chunk, including its heading path.</summary>
    [Range(32, 8192)]
    public int MaxTokens { get; set; } = 512;

    /// <summary>The most tokens at the end of a chunk that the next chunk repeats, in whole sentences.</summary>
    [Range(0, 4096)]
    public int OverlapTokens { get; set; } = 64;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (OverlapTokens > MaxTokens / 2)
        {
            yield return new ValidationResult(
                $"{nameof(OverlapTokens)} ({OverlapTokens}) must be at most half of {nameof(MaxTokens)} ({MaxTokens}).",
                [nameof(OverlapTokens), nameof(MaxTokens)]);
        }
    }
}
