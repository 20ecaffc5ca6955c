namespace RagAspire.Extraction;

/// <summary>Reasons why a file cannot be read, shown to its owner.</summary>
public static class Reasons
{
    public const string Damaged = "The file is damaged: its text cannot be read.";
    public const string Empty = "The file contains no text.";
    public const string Scanned =
        "The file contains no text: its pages are scanned or drawn, and need text recognition (OCR).";
    public const string Encrypted = "The file is protected by a password: save it without one and upload it again.";
    public const string TooSlow = "The file took too long to read.";
    public const string TooMuchMemory = "The file needed too much memory to read.";
    public const string Crashed = "The file is damaged or nested too deeply: it crashed the reader.";
    public const string TooDeep = "The file is nested too deeply.";

    public static string TooManyPages(int pages, int limit) =>
        $"The file is too large: {pages} pages; the limit is {limit}.";

    public static string TooManyEntries(int limit) => $"The file is too large: it contains more than {limit} files.";

    public static string TooMuchText(int limit) => $"The file is too large: its text has more than {limit} characters.";

    public static string TooMuchInflated(long limit) =>
        $"The file is too large: it unpacks to more than {limit / (1024 * 1024)} MB.";
}
