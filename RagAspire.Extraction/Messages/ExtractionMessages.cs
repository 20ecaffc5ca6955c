using System.Text.Json.Serialization;

namespace RagAspire.Extraction.Messages;

/// <summary>A request to the extractor process.</summary>
/// <param name="SkippedPages">1-based pages on which an earlier process crashed.</param>
public sealed record ExtractionRequest(
    string Path, string ContentType, ExtractionLimits Limits, IReadOnlyList<int> SkippedPages);

/// <summary>The limits that the extractor process enforces; the worker enforces those on time and memory.</summary>
public sealed record ExtractionLimits(int MaxPages, int MaxEntries, long MaxInflatedBytes, int MaxCharacters);

/// <summary>The kind of a message of the extractor process.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ExtractionMessageKind>))]
public enum ExtractionMessageKind
{
    /// <summary>The process has started and waits for a request.</summary>
    Ready,

    /// <summary>The process is about to read page <see cref="ExtractionMessage.Page"/>.</summary>
    Progress,

    /// <summary>The next blocks of the document.</summary>
    Blocks,

    /// <summary>The document is complete; its last message.</summary>
    Done,

    /// <summary>The file cannot be read for this reason; its last message.</summary>
    Refused,

    /// <summary>The process failed, not the file; its last message.</summary>
    Fault,
}

/// <summary>A message of the extractor process: any number of progress and blocks, then one end.</summary>
/// <param name="Fraction">0–1, the share that is read.</param>
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
