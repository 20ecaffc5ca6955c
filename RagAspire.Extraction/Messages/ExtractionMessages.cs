using System.Text.Json.Serialization;

namespace RagAspire.Extraction.Messages;

/// <summary>What the extractor process is asked.</summary>
/// <param name="SkippedPages">1-based pages on which an earlier process died.</param>
public sealed record ExtractionRequest(
    string Path, string ContentType, ExtractionLimits Limits, IReadOnlyList<int> SkippedPages);

/// <summary>The limits that the extractor process keeps by itself; time and memory are watched from outside.</summary>
public sealed record ExtractionLimits(int MaxPages, int MaxEntries, long MaxInflatedBytes, int MaxCharacters);

/// <summary>How one message of the extractor process is to be read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExtractionMessageKind>))]
public enum ExtractionMessageKind
{
    /// <summary>The process is up and waits for a request.</summary>
    Ready,

    /// <summary>It is about to read page <see cref="ExtractionMessage.Page"/>.</summary>
    Progress,

    /// <summary>The next blocks of the document.</summary>
    Blocks,

    /// <summary>All is read; the last message of a document.</summary>
    Done,

    /// <summary>The file cannot be read for this reason; the last message of a document.</summary>
    Refused,

    /// <summary>The process failed, not the file; the last message of a document.</summary>
    Fault,
}

/// <summary>What the extractor process answers: any number of progress and blocks, then one end.</summary>
/// <param name="Fraction">0–1, how much is read.</param>
/// <param name="Reason">Of a refusal or a fault.</param>
public sealed record ExtractionMessage(
    ExtractionMessageKind Kind,
    double Fraction = 0,
    int? Page = null,
    IReadOnlyList<TextBlock>? Blocks = null,
    string? Title = null,
    int? Pages = null,
    string? Reason = null);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ExtractionRequest))]
[JsonSerializable(typeof(ExtractionMessage))]
public sealed partial class ExtractionJson : JsonSerializerContext;
