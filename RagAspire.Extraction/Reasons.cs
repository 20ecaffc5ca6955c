namespace RagAspire.Extraction;

/// <summary>Reasons why a file cannot be read, shown to its owner.</summary>
public static class Reasons
{
    public const string Damaged = "The file is damaged: its text cannot be read.";
    public const string Empty = "The file contains no text.";
    public const string Scanned =
        "The file contains no text: its pages are scanned or drawn, and need text recognition (OCR).";
    public const string Picture = "The file is a picture: text recognition (OCR) is needed before it can be searched.";
    public const string NothingRecognised = "The file contains no text: none was recognised in its pictures.";
    public const string NoCharacters =
        "The file contains no text: its fonts do not say which characters they show (no ToUnicode map), and it needs text recognition (OCR).";
    public const string Encrypted = "The file is protected by a password: save it without one and upload it again.";
    public const string TooSlow = "The file took too long to read.";
    public const string TooMuchMemory = "The file needed too much memory to read.";
    public const string Crashed = "The file is damaged or nested too deeply: it crashed the reader.";
    public const string TooDeep = "The file is nested too deeply.";

    /// <summary>How to get what recognises text.</summary>
    /// <param name="program">What is missing.</param>
    /// <param name="package">Its package in Debian.</param>
    public static string Needs(string program, string package) =>
        $"The server lacks {program}: install it there (Debian: {package}) and process the document again.";

    public static string TooManyPages(int pages, int limit) =>
        $"The file is too large: {pages} pages; the limit is {limit}.";

    public static string TooManyEntries(int limit) => $"The file is too large: it contains more than {limit} files.";

    public static string TooMuchText(int limit) => $"The file is too large: its text has more than {limit} characters.";

    public static string TooLittleText(long limit) =>
        $"The file is too large: it unpacks to more than {limit / (1024 * 1024)} MB with hardly any text.";

    public static string TooMuchInflated(long limit) =>
        $"The file is too large: it unpacks to more than {limit / (1024 * 1024)} MB.";
}
