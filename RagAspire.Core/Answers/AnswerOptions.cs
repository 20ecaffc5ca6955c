using System.ComponentModel.DataAnnotations;

namespace RagAspire.Answers;

/// <summary>The model's window and time limits, and the size of answers; section <c>Answers</c>.</summary>
public sealed class AnswerOptions
{
    public const string Section = "Answers";

    /// <summary>The model's whole window in tokens (<c>num_ctx</c>). Ollama silently cuts a prompt that does not fit.</summary>
    [Range(1_024, 1_048_576)]
    public int ContextWindow { get; set; } = 8_192;

    /// <summary>Tokens of the window that sources may take; the lowest ranked are left out first.</summary>
    [Range(128, 1_000_000)]
    public int SourceTokens { get; set; } = 4_000;

    /// <summary>
    /// Of so many of the best sources the model sees the chunks right before and after as well, where its window has room; 0 for
    /// none.
    /// </summary>
    [Range(0, 20)]
    public int Neighbours { get; set; } = 3;

    /// <summary>The longest answer, in tokens.</summary>
    [Range(16, 32_768)]
    public int MaxOutputTokens { get; set; } = 700;

    /// <summary>Low, because an answer should say what the sources say.</summary>
    [Range(0, 2)]
    public float Temperature { get; set; }

    /// <summary>Earlier turns of the session that the model sees.</summary>
    [Range(0, 20)]
    public int HistoryTurns { get; set; } = 3;

    /// <summary>
    /// How long the model may take to put a question that continues a session in words that can be searched for; after it the
    /// question is searched together with those before it. Zero asks no model.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan RewriteTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the model may take until the first token, including loading and reading the prompt.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:10:00")]
    public TimeSpan FirstTokenTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a whole call of the model may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "01:00:00")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(180);

    /// <summary>Failures in a row that open the circuit breaker for <see cref="BreakDuration"/>.</summary>
    [Range(2, 100)]
    public int BreakAfterFailures { get; set; } = 3;

    /// <summary>How long the circuit stays open before one question tries the model again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most sentences of an extractive answer.</summary>
    [Range(1, 10)]
    public int ExtractiveSentences { get; set; } = 3;
}
