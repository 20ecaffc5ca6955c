using System.ComponentModel.DataAnnotations;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// The limits of extraction; section <c>Extraction</c>. A document that exceeds one is rejected with the reason.
/// </summary>
public sealed class ExtractionOptions
{
    public const string Section = "Extraction";

    /// <summary>Documents that are read at the same time, each in its process.</summary>
    [Range(1, 64)]
    public int Processes { get; set; } = Math.Clamp(Environment.ProcessorCount, 1, 4);

    /// <summary>
    /// Documents of one collection after which a process is replaced. Formats with complex parsers get a process for each
    /// document, whatever this says.
    /// </summary>
    [Range(1, 100_000)]
    public int DocumentsPerProcess { get; set; } = 1_000;

    /// <summary>Whether the processes have to be locked in.</summary>
    public SandboxMode Sandbox { get; set; } = SandboxMode.Preferred;

    /// <summary>Resident memory of one process, beside the bytes of the file.</summary>
    [Range(128, 65_536)]
    public int MemoryMegabytes { get; set; } = 1024;

    /// <summary>
    /// Processor time for one document, whatever its size and over all attempts of one run; the elapsed time may be four times
    /// as long.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What each megabyte of the file adds to <see cref="TimeLimit"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan TimeLimitPerMegabyte { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The same for one step, such as a page: a document that stops making progress fails earlier.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The share of its processor time from which a document is costly. Costly documents are read one at a time when they are
    /// tried again.
    /// </summary>
    [Range(0.01, 1.0)]
    public double CostlyShare { get; set; } = 0.5;

    /// <summary>
    /// The languages of pictures and scanned pages, as Tesseract names them, such as <c>eng+deu</c>; empty recognises no text.
    /// </summary>
    [RegularExpression(@"[A-Za-z0-9_/+-]*")]
    public string OcrLanguages { get; set; } = "eng";

    /// <summary>Elapsed time after which the other pages of a document stay without recognised text.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan OcrTimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    [Range(1, 1_000_000)]
    public int MaxPages { get; set; } = 10_000;

    /// <summary>How many documents may be inside each other, such as an archive in a mail in an archive.</summary>
    [Range(0, 100)]
    public int MaxDepth { get; set; } = 5;

    /// <summary>Files inside one zip container, and inside one document with all documents inside it.</summary>
    [Range(1, 1_000_000)]
    public int MaxEntries { get; set; } = 20_000;

    /// <summary>
    /// Bytes that one container may inflate to, over all parts that are read, and that the files inside one document may have.
    /// </summary>
    [Range(1, 65_536)]
    public int MaxInflatedMegabytes { get; set; } = 1024;

    /// <summary>Characters of text that one document may have.</summary>
    [Range(1_000, 500_000_000)]
    public int MaxCharacters { get; set; } = 50_000_000;

    internal long MaxInflatedBytes => (long)MaxInflatedMegabytes * 1024 * 1024;

    /// <summary>The processor time for a file of this size.</summary>
    internal TimeSpan TimeLimitOf(long bytes) => TimeLimit + (TimeLimitPerMegabyte * (bytes / (1024.0 * 1024)));
}
