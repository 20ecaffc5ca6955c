using RagAspire.Documents.Children;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Metadata;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Collects the messages of one document. A parser that was taken over sends what it likes, so nothing is taken on trust.
/// </summary>
internal sealed class ReceivedDocument
{
    private const int MaxReason = 1_000;
    private const int MaxUnit = 20;

    /// <summary>Half of the keys that a document may have, so that the other half is left to uploads.</summary>
    private const int MaxProperties = DocumentMetadata.MostKeys / 2;

    private readonly ExtractionLimits _limits;
    private readonly AttachedFiles? _attached;
    private readonly List<TextBlock> _blocks = [];
    private long _characters;

    public ReceivedDocument(ExtractionLimits limits, AttachedFiles? attached)
    {
        (_limits, _attached) = (limits, attached);
        attached?.Clear();
    }

    /// <exception cref="InvalidDataException">The blocks are not such as an extractor sends.</exception>
    public void Add(IReadOnlyList<TextBlock>? blocks)
    {
        foreach (var block in blocks ?? [])
        {
            if (block?.Text is not { Length: > 0 } text || !Enum.IsDefined(block.Kind)
                || text.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidDataException("The extractor process sent an invalid block.");
            }

            _characters += ExtractionLimits.Count(text);
            if (_characters > _limits.MaxCharacters)
            {
                throw new InvalidDataException("The extractor process sent more text than it may.");
            }

            _blocks.Add(block);
        }
    }

    /// <param name="pipe">From which the bytes come next.</param>
    /// <exception cref="InvalidDataException">No such file was asked for.</exception>
    public async Task AttachAsync(ExtractionMessage message, Stream pipe, CancellationToken cancellationToken)
    {
        if (_attached is null || message.Name is null || message.Length > _limits.Attachments.MaxFileBytes)
        {
            throw new InvalidDataException("The extractor process sent a file that it may not send.");
        }

        await _attached.AddAsync(message.Name, pipe, message.Length, cancellationToken);
    }

    /// <exception cref="InvalidDataException">The document is empty.</exception>
    public ExtractedDocument Complete(ExtractionMessage message) => _blocks.Count > 0
        ? new ExtractedDocument(Shorten(message.Title), _blocks, message.Pages, Known(message.Warnings), Known(message.Coverage),
            [.. (message.Textless ?? []).Where(page => page > 0 && page <= _limits.MaxPages).Distinct().Order()])
        {
            Properties = DocumentMetadata.Acceptable(message.Properties, MaxProperties),
        }
        : throw new InvalidDataException("The extractor process sent a document without text.");

    /// <summary>The reason of a refusal, for the owner of the file.</summary>
    public static string Reason(ExtractionMessage message) => Shorten(message.Reason) ?? Reasons.Damaged;

    private static IReadOnlyList<ExtractionWarning> Known(IReadOnlyList<ExtractionWarning>? warnings) =>
    [
        .. (warnings ?? []).Where(warning => WarningCodes.All.Contains(warning?.Code) && warning!.Count > 0)
            .DistinctBy(warning => warning.Code)
            .Select(warning => warning with { Where = Shorten(warning.Where)?.Replace('\0', ' ') }),
    ];

    private static Coverage? Known(Coverage? coverage) =>
        coverage is { Unit.Length: > 0 and <= MaxUnit, Read: >= 0 } && coverage.Read <= coverage.All
        && coverage.Unit.All(char.IsAsciiLetterLower)
            ? coverage
            : null;

    private static string? Shorten(string? text) => text?.Length > MaxReason ? text[..MaxReason] : text;
}
