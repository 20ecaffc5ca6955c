using System.ComponentModel.DataAnnotations;

namespace RagAspire.Vectors.Embedding;

/// <summary>How texts become vectors. Section <c>Embeddings</c>.</summary>
public sealed class EmbeddingOptions
{
    public const string Section = "Embeddings";

    /// <summary>Texts per request.</summary>
    [Range(1, 1_024)]
    public int BatchSize { get; set; } = 32;

    /// <summary>How long one request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the vector of a question may take; search falls back to words after it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>What the model wants in front of a document; null for what is known of the model by its name.</summary>
    [MaxLength(2_000)]
    public string? DocumentPrefix { get; set; }

    /// <summary>What the model wants in front of a question; null for what is known of the model by its name.</summary>
    [MaxLength(2_000)]
    public string? QueryPrefix { get; set; }

    /// <summary>Calls that fail in a row until the model is left alone for <see cref="BreakDuration"/>.</summary>
    [Range(2, 100)]
    public int BreakAfterFailures { get; set; } = 3;

    /// <summary>How long a failing model is left alone before one call tries it again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
