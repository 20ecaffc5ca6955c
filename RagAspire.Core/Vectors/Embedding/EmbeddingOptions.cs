using System.ComponentModel.DataAnnotations;
using RagAspire.Vectors.Boxed;

namespace RagAspire.Vectors.Embedding;

/// <summary>How texts are embedded; section <c>Embeddings</c>.</summary>
public sealed class EmbeddingOptions
{
    public const string Section = "Embeddings";

    /// <summary>
    /// The model that runs in the process where no other is configured: <c>minilm</c>, <c>arctic-xs</c>, or <c>off</c>.
    /// </summary>
    [AllowedValues(BoxedModel.MiniLm, BoxedModel.ArcticXs, BoxedModel.Off)]
    public string Embedded { get; set; } = BoxedModel.MiniLm;

    /// <summary>Texts per request.</summary>
    [Range(1, 1_024)]
    public int BatchSize { get; set; } = 32;

    /// <summary>How long one request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long embedding a question may take; after it, search falls back to text. A model that hangs delays
    /// <see cref="BreakAfterFailures"/> searches so long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan QueryTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The prefix of documents; null for the known prefix of the model.</summary>
    [MaxLength(2_000)]
    public string? DocumentPrefix { get; set; }

    /// <summary>The prefix of questions; null for the known prefix of the model.</summary>
    [MaxLength(2_000)]
    public string? QueryPrefix { get; set; }

    /// <summary>Failed calls after which the circuit opens for <see cref="BreakDuration"/>.</summary>
    [Range(2, 100)]
    public int BreakAfterFailures { get; set; } = 3;

    /// <summary>How long the circuit stays open before one call tries the model again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(15);
}
