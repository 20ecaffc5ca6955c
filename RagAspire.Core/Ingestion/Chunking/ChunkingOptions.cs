using System.ComponentModel.DataAnnotations;

namespace RagAspire.Ingestion.Chunking;

/// <summary>How large the passages are that are searched, cited and embedded.</summary>
public sealed class ChunkingOptions : IValidatableObject
{
    public const string Section = "Chunking";

    /// <summary>Tokens of a chunk at most, its heading path included.</summary>
    [Range(32, 8192)]
    public int MaxTokens { get; set; } = 512;

    /// <summary>Tokens of the end of a chunk that the next one repeats at most, in whole sentences.</summary>
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
