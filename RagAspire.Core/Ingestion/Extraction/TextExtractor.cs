using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RagAspire.Extraction;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>
/// Reads the text of untrusted files in child processes, because a file can overflow the stack, exhaust memory, take forever,
/// or take the parser over. The processes are locked in a sandbox, and none reads for two collections.
/// </summary>
public sealed partial class TextExtractor : IAsyncDisposable
{
    private const int MaxSkippedPages = 3;

    private readonly ExtractionOptions _options;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _slots;
    private readonly CostlyDocuments _costly = new();

    // Costly documents take it before their slot, so that several of them cannot hold all slots.
    private readonly SemaphoreSlim _slowLane = new(1);
    private readonly ExtractorStarter _starter;
    private readonly ExtractorPool _pool;
    private readonly TextRecognition _recognition;

    public TextExtractor(IOptions<ExtractionOptions> options, TimeProvider time, ILogger<TextExtractor> logger)
    {
        (_options, _logger) = (options.Value, logger);
        _slots = new SemaphoreSlim(_options.Processes);
        _starter = new ExtractorStarter(_options, time, logger);
        _pool = new ExtractorPool(_options, _starter);
        _recognition = new TextRecognition(_options, time, logger, ConfinedProgram.Find);
    }

    /// <summary>The processes that have been given a document, busy or idle: tests kill and count them.</summary>
    internal IReadOnlyCollection<int> ProcessIds => _pool.UsedIds;

    /// <summary>The process that waits for its first document; null while there is none.</summary>
    internal int? SpareProcessId => _pool.SpareId;

    /// <summary>Starts a process for the first document, and returns the layers of its sandbox.</summary>
    public async Task<IReadOnlyList<SandboxLayer>> PrepareAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _pool.SpareAsync(cancellationToken);
        }
        catch (SandboxUnavailableException)
        {
            // The layers say what is missing, and each document says it too.
        }

        return _starter.Layers;
    }

    /// <param name="progress">How much is read, 0–1.</param>
    /// <exception cref="UnreadableDocumentException">The file is at fault; the message says how.</exception>
    /// <exception cref="SandboxUnavailableException">The setting demands a sandbox that does not hold here.</exception>
    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionSource source, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (TextRecognition.IsPicture(source.ContentType))
        {
            return await PictureAsync(source, cancellationToken);
        }

        ExtractedDocument document;
        try
        {
            document = await ReadAsync(source, progress, cancellationToken);
        }
        catch (UnreadableDocumentException unreadable) when (IsScanned(source, unreadable.TextlessPages))
        {
            if (_recognition.Missing(source.ContentType) is { } missing)
            {
                throw new UnreadableDocumentException($"{unreadable.Message} {missing}".TrimEnd(), unreadable);
            }

            var pages = Enumerable.Range(1, unreadable.TextlessPages).ToList();
            document = new ExtractedDocument(null, [], pages.Count, [], new Coverage("page", 0, pages.Count), pages);
        }

        return IsScanned(source, document.Textless?.Count ?? 0) && _recognition.Missing(source.ContentType) is null
            ? await _recognition.AddPagesAsync(document, source, _slots, progress, cancellationToken)
            : document;
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private bool IsScanned(ExtractionSource source, int pages) =>
        source.ContentType == ContentTypes.Pdf && pages > 0 && pages <= _options.MaxPages;

    private async Task<ExtractedDocument> PictureAsync(ExtractionSource source, CancellationToken cancellationToken)
    {
        if (_options.Sandbox == SandboxMode.Required)
        {
            await _pool.SpareAsync(cancellationToken);
        }

        await _slots.WaitAsync(cancellationToken);
        try
        {
            return await _recognition.ReadPictureAsync(source, cancellationToken);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<ExtractedDocument> ReadAsync(
        ExtractionSource source, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var limit = _options.TimeLimitOf(source.Content.Length);
        var attempt = new Attempts(limit);
        while (true)
        {
            try
            {
                return await ExtractOnceAsync(source, attempt, progress, cancellationToken);
            }
            catch (ExtractorFailedException failed)
            {
                Log.Failed(_logger, failed.Failure, failed.Page, failed);
                if (!attempt.MayRepeat(failed))
                {
                    throw new UnreadableDocumentException(Reason(failed.Failure), failed);
                }
            }
            finally
            {
                if (attempt.Used > _options.CostlyShare * limit)
                {
                    _costly.Add(source.Hash);
                }
            }
        }
    }

    private async Task<ExtractedDocument> ExtractOnceAsync(
        ExtractionSource source, Attempts attempt, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        if (!_costly.Contains(source.Hash))
        {
            return await ExtractInSlotAsync(source, attempt, progress, cancellationToken);
        }

        await _slowLane.WaitAsync(cancellationToken);
        try
        {
            return await ExtractInSlotAsync(source, attempt, progress, cancellationToken);
        }
        finally
        {
            _slowLane.Release();
        }
    }

    private async Task<ExtractedDocument> ExtractInSlotAsync(
        ExtractionSource source, Attempts attempt, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        ExtractorProcess? process = null;
        var isHealthy = false;
        try
        {
            process = await _pool.RentAsync(source.ContentType, source.Collection, cancellationToken);
            var document = await process.ExtractAsync(
                Request(source, attempt), source.Content, source.Attached, progress, cancellationToken);
            isHealthy = true;
            return document;
        }
        catch (UnreadableDocumentException unreadable)
        {
            // A process that rejects a file is reusable, except after it ran out of memory.
            isHealthy = unreadable.Message != Reasons.TooMuchMemory;
            throw;
        }
        finally
        {
            if (process is not null)
            {
                attempt.Used += process.Used;
                var isSmall = process.ResidentBytes() < (long)_options.MemoryMegabytes * 1024 * 1024 / 2;
                await _pool.ReturnAsync(process, source.ContentType, source.Collection, isHealthy && isSmall);
            }

            _slots.Release();
        }
    }

    private ExtractionRequest Request(ExtractionSource source, Attempts attempt) => new(
        source.Content.Length,
        source.ContentType,
        new ExtractionLimits(
            _options.MaxPages,
            _options.MaxEntries,
            _options.MaxInflatedBytes,
            _options.MaxCharacters,
            attempt.Left)
        {
            Attachments = new AttachmentRules(
                source.Attached is not null && source.Depth < _options.MaxDepth ? source.LargestAttached : 0,
                ReadsPictures: _recognition.Missing(ContentTypes.Png) is null),
        },
        attempt.Skipped);

    private static string Reason(ExtractorFailure failure) => failure switch
    {
        ExtractorFailure.OutOfMemory => Reasons.TooMuchMemory,
        ExtractorFailure.Crashed => Reasons.Crashed,
        _ => Reasons.TooSlow,
    };

    /// <summary>The attempts to read one document, which share its processor time.</summary>
    private sealed class Attempts(TimeSpan limit)
    {
        private readonly List<int> _skipped = [];
        private bool _isSecondTry;

        public TimeSpan Used { get; set; }

        public TimeSpan Left => limit - Used;

        /// <summary>Pages on which a process failed; the others may be readable.</summary>
        public IReadOnlyList<int> Skipped => _skipped;

        public bool MayRepeat(ExtractorFailedException failed)
        {
            if (failed.Failure == ExtractorFailure.TimedOut || Left <= TimeSpan.Zero)
            {
                return false;
            }

            if (failed.Page is { } page && !_skipped.Contains(page) && _skipped.Count < MaxSkippedPages)
            {
                _skipped.Add(page);
                return true;
            }

            // The process may have been killed from outside.
            var mayRepeat = failed.Failure == ExtractorFailure.Crashed && !_isSecondTry;
            _isSecondTry = true;
            return mayRepeat;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3, LogLevel.Warning, "The extractor process failed ({Failure}) at page {Page}")]
        public static partial void Failed(ILogger logger, ExtractorFailure failure, int? page, Exception exception);
    }
}
