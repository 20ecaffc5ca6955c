using System.Text.Json;
using System.Text.Json.Serialization;

namespace RagAspire.Extraction.Messages;

/// <summary>A request to the extractor process. The bytes of the file follow it.</summary>
/// <param name="Length">Of the file, in bytes.</param>
/// <param name="SkippedPages">1-based pages on which an earlier process crashed.</param>
public sealed record ExtractionRequest(
    long Length, string ContentType, ExtractionLimits Limits, IReadOnlyList<int> SkippedPages);

/// <summary>The limits that the extractor process enforces; the worker enforces those on time and memory.</summary>
/// <param name="ProcessorTime">Enforced by the kernel as well, for the case that the worker hangs.</param>
public sealed record ExtractionLimits(
    int MaxPages, int MaxEntries, long MaxInflatedBytes, int MaxCharacters, TimeSpan ProcessorTime)
{
    // Millions of blocks of a letter each take more memory than their text.
    private const int SmallestBlock = 16;

    /// <summary>Which of the files inside it are taken out.</summary>
    public AttachmentRules Attachments { get; init; } = new();

    /// <summary>The characters that a block counts as.</summary>
    public static int Count(string text) => Math.Max(SmallestBlock, text.Length);
}

/// <summary>
/// Which files inside a document are taken out of it, to become documents of their own. Their number is limited by
/// <see cref="ExtractionLimits.MaxEntries"/>, their bytes by <see cref="ExtractionLimits.MaxInflatedBytes"/>.
/// </summary>
/// <param name="MaxFileBytes">Larger files stay inside; 0 where the document is nested too deeply itself.</param>
/// <param name="ReadsPictures">Text in pictures can be recognised.</param>
public sealed record AttachmentRules(long MaxFileBytes = 0, bool ReadsPictures = false);

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

    /// <summary>A file inside the document, whose <see cref="ExtractionMessage.Length"/> bytes follow the message.</summary>
    Attachment,

    /// <summary>The document is complete; its last message.</summary>
    Done,

    /// <summary>The file cannot be read for this reason; its last message.</summary>
    Refused,
}

/// <summary>A message of the extractor process: any number of progress and blocks, then one end.</summary>
/// <param name="Fraction">0–1, the share that is read.</param>
/// <param name="Reason">Of a refusal or a fault.</param>
/// <param name="Sandbox">The layers around the process, when it is ready.</param>
/// <param name="Warnings">Of a complete document.</param>
/// <param name="Coverage">Of a complete document with pages.</param>
/// <param name="Textless">The pages of a complete document that have no text; of a refused one their number is <paramref name="Pages"/>.</param>
/// <param name="Name">Of a file inside the document.</param>
/// <param name="Length">Of a file inside the document, in bytes.</param>
/// <param name="Properties">What a complete document says of itself.</param>
public sealed record ExtractionMessage(
    ExtractionMessageKind Kind,
    double Fraction = 0,
    int? Page = null,
    IReadOnlyList<TextBlock>? Blocks = null,
    string? Title = null,
    int? Pages = null,
    string? Reason = null,
    IReadOnlyList<SandboxLayer>? Sandbox = null,
    IReadOnlyList<ExtractionWarning>? Warnings = null,
    Coverage? Coverage = null,
    IReadOnlyList<int>? Textless = null,
    string? Name = null,
    long Length = 0,
    IReadOnlyDictionary<string, JsonElement>? Properties = null);

/// <summary>Sends a message of the extractor process.</summary>
/// <param name="content">The bytes that follow it, of an attachment.</param>
public delegate void SendMessage(ExtractionMessage message, byte[]? content = null);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ExtractionRequest))]
[JsonSerializable(typeof(ExtractionMessage))]
public sealed partial class ExtractionJson : JsonSerializerContext;
