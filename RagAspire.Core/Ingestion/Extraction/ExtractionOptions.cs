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

    /// <summary>Documents after which a process is replaced, so that no leak of a parser adds up.</summary>
    [Range(1, 100_000)]
    public int DocumentsPerProcess { get; set; } = 500;

    /// <summary>Resident memory of one process.</summary>
    [Range(128, 65_536)]
    public int MemoryMegabytes { get; set; } = 1024;

    /// <summary>Processor time for one document; the elapsed time may be four times as long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The same for one step, such as a page: a document that stops making progress fails earlier.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "06:00:00")]
    public TimeSpan StallLimit { get; set; } = TimeSpan.FromSeconds(45);

    [Range(1, 1_000_000)]
    public int MaxPages { get; set; } = 10_000;

    /// <summary>Files inside one zip container.</summary>
    [Range(1, 1_000_000)]
    public int MaxEntries { get; set; } = 20_000;

    /// <summary>Bytes that one container may inflate to, over all parts that are read.</summary>
    [Range(1, 65_536)]
    public int MaxInflatedMegabytes { get; set; } = 1024;

    /// <summary>Characters of text that one document may have.</summary>
    [Range(1_000, 500_000_000)]
    public int MaxCharacters { get; set; } = 50_000_000;
}
