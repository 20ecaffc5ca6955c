namespace RagAspire.Extraction;

/// <summary>Something in a readable document that could not be read, or not with certainty.</summary>
/// <param name="Code">One of <see cref="WarningCodes"/>.</param>
/// <param name="Where">Pages, lines or names, such as "4-9"; null for the document as a whole.</param>
/// <param name="Count">How often it occurred.</param>
public sealed record ExtractionWarning(string Code, string? Where, int Count);

/// <summary>How much of a document has text.</summary>
/// <param name="Unit">page, slide, sheet or record.</param>
/// <param name="Read">Those with text.</param>
public sealed record Coverage(string Unit, int Read, int All);

/// <summary>The codes of warnings; also a label of metrics, so that they are few and fixed.</summary>
public static class WarningCodes
{
    /// <summary>Pages, slides or sheets without any text.</summary>
    public const string PagesWithoutText = "pages-without-text";

    /// <summary>Pages that the reader could not read.</summary>
    public const string PagesUnreadable = "pages-unreadable";

    /// <summary>Records or lines that are damaged.</summary>
    public const string RecordsUnreadable = "records-unreadable";

    /// <summary>Reading ended at damage; the rest is missing.</summary>
    public const string Truncated = "truncated";

    /// <summary>The encoding was guessed from little.</summary>
    public const string EncodingUncertain = "encoding-uncertain";

    /// <summary>Lines in different encodings.</summary>
    public const string EncodingMixed = "encoding-mixed";

    /// <summary>Text that a reader does not see was left out.</summary>
    public const string HiddenText = "hidden-text";

    /// <summary>Formulas without a stored result.</summary>
    public const string FormulasWithoutResult = "formulas-without-result";

    /// <summary>Attached or embedded documents that could not be read.</summary>
    public const string AttachmentsUnreadable = "attachments-unreadable";

    /// <summary>Attached or embedded pictures that were left out: decoration, or nothing here recognises their text.</summary>
    public const string PicturesSkipped = "pictures-skipped";

    /// <summary>Pages whose text was recognised in a picture (OCR), with the mean confidence.</summary>
    public const string TextRecognised = "text-recognised";

    public static IReadOnlyList<string> All { get; } =
    [
        PagesWithoutText, PagesUnreadable, RecordsUnreadable, Truncated, EncodingUncertain, EncodingMixed, HiddenText,
        FormulasWithoutResult, AttachmentsUnreadable, PicturesSkipped, TextRecognised,
    ];
}
