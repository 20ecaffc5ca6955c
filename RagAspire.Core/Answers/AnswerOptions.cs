using System.ComponentModel.DataAnnotations;

namespace RagAspire.Answers;

/// <summary>How answers are written. Section <c>Answers</c>.</summary>
public sealed class AnswerOptions
{
    public const string Section = "Answers";

    /// <summary>The model's whole window in tokens (<c>num_ctx</c>). Ollama cuts what does not fit without a word.</summary>
    [Range(1_024, 1_048_576)]
    public int ContextWindow { get; set; } = 8_192;

    /// <summary>Tokens of the window that sources may take; the worst ones are left out first.</summary>
    [Range(128, 1_000_000)]
    public int SourceTokens { get; set; } = 4_000;

    /// <summary>The longest answer, in tokens.</summary>
    [Range(16, 32_768)]
    public int MaxOutputTokens { get; set; } = 700;

    /// <summary>Low, because an answer should say what the sources say.</summary>
    [Range(0, 2)]
    public float Temperature { get; set; }

    /// <summary>Earlier turns of the session that the model sees.</summary>
    [Range(0, 20)]
    public int HistoryTurns { get; set; } = 3;

    /// <summary>How long the model may take to begin, loading and reading the prompt included.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the model may take altogether.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(180);

    /// <summary>Calls that fail in a row until the model is left alone for <see cref="BreakDuration"/>.</summary>
    [Range(2, 100)]
    public int BreakAfterFailures { get; set; } = 3;

    /// <summary>How long a failing model is left alone before one question tries it again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most sentences of an extractive answer.</summary>
    [Range(1, 10)]
    public int ExtractiveSentences { get; set; } = 3;
}
