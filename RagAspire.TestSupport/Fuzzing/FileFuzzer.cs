using System.Diagnostics;
using System.Globalization;
using RagAspire.Documents.Children;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;
using RagAspire.Ingestion.Extraction;
using RagAspire.TestSupport.Processes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>
/// Gives changed files to an extractor process, one after the other and many to one process, so that thousands are read in
/// minutes. Each has to end in text or in a reason: a process that crashes, runs out of memory or takes too long is a failure.
/// </summary>
public sealed class FileFuzzer(FileMutator files) : IAsyncDisposable
{
    private const int DocumentsPerProcess = 500;
    private const int ShortestReason = 20;

    private static readonly ExtractionOptions Options = new() { TimeLimit = TimeSpan.FromSeconds(20) };
    private static readonly ExtractionLimits Limits = new(1_000, 2_000, 64 << 20, 5_000_000, Options.TimeLimit)
    {
        Attachments = new AttachmentRules(8 << 20, ReadsPictures: true),
    };

    private ExtractorProcess? _process;

    /// <summary>The file that took the longest.</summary>
    public (long Number, TimeSpan Took) Slowest { get; private set; }

    /// <summary>Files that ended in text.</summary>
    public long Read { get; private set; }

    /// <returns>Null when the file ended as it should.</returns>
    public async Task<FuzzFailure?> SendAsync(int seed, long number, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(files.Make(seed, number));
        var type = await DocumentType.DetectAsync(content, null, cancellationToken);
        if (!type.IsSupported)
        {
            return type.Refusal is { Length: > 0 } ? null : new FuzzFailure(number, "detection", "It is refused without a reason.");
        }

        var process = _process ??= await StartAsync(cancellationToken);
        var watch = Stopwatch.GetTimestamp();
        try
        {
            await using var attached = new AttachedFiles(Limits.MaxEntries, Limits.MaxInflatedBytes);
            var document = await process.ExtractAsync(
                new ExtractionRequest(content.Length, type.ContentType, Limits, []), content, attached, null, cancellationToken);
            Read++;
            return document.Blocks.Count > 0 ? null : new FuzzFailure(number, type.ContentType, "It has no text and no reason.");
        }
        catch (UnreadableDocumentException unreadable)
        {
            var isReason = unreadable.Message.Length > ShortestReason && !unreadable.Message.Contains("   at ", StringComparison.Ordinal);
            return isReason && unreadable.Message != Reasons.TooMuchMemory ? null
                : new FuzzFailure(number, type.ContentType, unreadable.Message);
        }
        catch (ExtractorFailedException failed)
        {
            return new FuzzFailure(number, type.ContentType, failed.Message);
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(watch);
            Slowest = took > Slowest.Took ? (number, took) : Slowest;
            if (process.HasExited || process.Documents >= DocumentsPerProcess)
            {
                await DisposeAsync();
            }
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Read} with text, the slowest was {Slowest.Number} with {Slowest.Took.TotalMilliseconds:0} ms");

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    private static Task<ExtractorProcess> StartAsync(CancellationToken cancellationToken) => ExtractorProcess.StartAsync(
        ExtractorCommand.Create(Options, BuildOutput.Of("RagAspire.Extractor"), isSandboxed: false),
        Options,
        TimeProvider.System,
        cancellationToken);
}
