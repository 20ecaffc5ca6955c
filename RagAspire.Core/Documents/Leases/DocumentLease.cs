using Microsoft.Extensions.Logging;
using RagAspire.Database;
using RagAspire.Documents.Children;
using RagAspire.Extraction;
using RagAspire.Jobs;

namespace RagAspire.Documents.Leases;

/// <summary>A version whose chunks and terms are stored.</summary>
/// <param name="Read">The number of chunks, and what could not be read.</param>
/// <param name="Model">The model whose vectors are computed next; null for none.</param>
/// <param name="Analysis">Names the way in which the terms were made.</param>
public sealed record PreparedVersion(ReadDocument Read, string? Model, string Analysis)
{
    /// <summary>The files that were inside, which become its children; null leaves the children as they are.</summary>
    public AttachedFiles? Attached { get; init; }
}

/// <summary>
/// The exclusive right to process one version of one document. Heartbeats extend it until it is disposed; a lease that
/// ends without an outcome makes the document wait again.
/// </summary>
public sealed partial class DocumentLease : IAsyncDisposable
{
    /// <summary>Most documents are done sooner, and cost no update of their row for each stage.</summary>
    private static readonly TimeSpan StoreInterval = TimeSpan.FromMilliseconds(250);

    private readonly LeasedRow _row;
    private readonly ProgressFeed _progress;
    private readonly int _maxAttempts;
    private readonly ILogger _logger;
    private readonly Lease _lease;
    private readonly TimeProvider _time;
    private long _storedAt;
    private bool _hasOutcome;

    internal DocumentLease(
        Document document, LeasedRow row, ProgressFeed progress, int maxAttempts, TimeProvider time, ILogger logger)
    {
        (Document, _row, _progress, _maxAttempts, _logger) = (document, row, progress, maxAttempts, logger);
        (_time, _storedAt) = (time, time.GetTimestamp());
        _lease = new Lease(row.Duration / 3, time, SendHeartbeatAsync);
    }

    public Document Document { get; private set; }

    /// <summary>The trace of the request that made the document wait, as a W3C traceparent; null for none.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Cancelled when the lease is lost: the document was deleted, replaced, or leased by another run.</summary>
    public CancellationToken Lost => _lease.Lost;

    /// <summary>
    /// Publishes progress, and stores it when it was not stored for a while; 0–100 over all stages, never backwards.
    /// </summary>
    /// <exception cref="OperationCanceledException">The lease is lost.</exception>
    public async Task ProgressAsync(DocumentStage stage, int percent, CancellationToken cancellationToken)
    {
        if (percent <= Document.Progress && stage == Document.Stage)
        {
            return;
        }

        var isStored = _time.GetElapsedTime(_storedAt) >= StoreInterval;
        var document = isStored ? await _row.ProgressAsync(stage, percent, cancellationToken)
            : Document with { Stage = stage, Progress = Math.Max(percent, Document.Progress) };
        if (document is null || Lost.IsCancellationRequested)
        {
            await _lease.LoseAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new OperationCanceledException("The lease is lost.", Lost);
        }

        _storedAt = isStored ? _time.GetTimestamp() : _storedAt;
        await PublishAsync(document);
    }

    /// <summary>Makes this version the searched one, and what was inside of it its children, in one transaction.</summary>
    /// <returns>False when the lease is lost and nothing was changed.</returns>
    /// <exception cref="UnreadableDocumentException">Too much is inside of it.</exception>
    public async Task<bool> ReadyAsync(PreparedVersion prepared, CancellationToken cancellationToken)
    {
        // Most documents have nothing inside, and need no look for it.
        var hasChildren = prepared.Attached is { IsEmpty: false } || Document.Children > 0;
        var document = await _row.ReadyAsync(
            Document.Version, hasChildren ? prepared : prepared with { Attached = null }, cancellationToken);
        await EndAsync(document);
        return document is not null;
    }

    /// <summary>Fails the document for good: its file is at fault.</summary>
    public async Task RejectAsync(string reason, CancellationToken cancellationToken) =>
        await EndAsync(await _row.FailAsync(reason, cancellationToken));

    /// <summary>Takes a document that was inside another away: there is nothing in it to read, which that one says.</summary>
    /// <param name="code">One of <see cref="WarningCodes"/>.</param>
    public async Task WithdrawAsync(string code, CancellationToken cancellationToken)
    {
        await _row.WithdrawAsync(Document, new ExtractionWarning(code, Document.Name, 1), cancellationToken);
        _hasOutcome = true;
    }

    /// <summary>Ends this attempt, so that the document waits for the next one and shows why.</summary>
    /// <param name="delay">How long it waits at least.</param>
    /// <param name="countsAsAttempt">
    /// False for what a retry is expected to cure, such as an absent model: then the document waits as long as it takes.
    /// True for anything else, which fails the document after the last allowed attempt.
    /// </param>
    public async Task PostponeAsync(
        string reason, TimeSpan delay, bool countsAsAttempt, CancellationToken cancellationToken) =>
        await EndAsync(countsAsAttempt && Document.Attempts >= _maxAttempts
            ? await _row.FailAsync(reason, cancellationToken)
            : await _row.ReleaseAsync(reason, delay, countsAsAttempt, cancellationToken));

    public async ValueTask DisposeAsync()
    {
        await _lease.DisposeAsync();
        if (!_hasOutcome)
        {
            try
            {
                // The worker stops, or the database was away for a moment; the document is not at fault.
                if (await _row.ReleaseAsync(null, TimeSpan.Zero, countsAsAttempt: false, CancellationToken.None) is { } released)
                {
                    await PublishAsync(released);
                }
            }
            catch (Exception ex) when (Unavailability.IsUnavailable(ex))
            {
                Log.NotReleased(_logger, Document.Id, ex.Message);
            }
        }
    }

    private async Task EndAsync(Document? document)
    {
        _hasOutcome = true;
        if (document is not null)
        {
            await PublishAsync(document);
        }
        else
        {
            await _lease.LoseAsync();
        }
    }

    private Task PublishAsync(Document document)
    {
        Document = document;
        return _progress.PublishAsync(document);
    }

    /// <summary>While the database is away the lease is not lost: it may still be extended before it expires.</summary>
    private async Task<bool> SendHeartbeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _row.HeartbeatAsync(cancellationToken) || _hasOutcome;
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            Log.NoHeartbeat(_logger, Document.Id, ex.Message);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The lease of document {DocumentId} could not be released and will expire: {Reason}")]
        public static partial void NotReleased(ILogger logger, Guid documentId, string reason);

        [LoggerMessage(2, LogLevel.Warning, "The heartbeat for the lease of document {DocumentId} failed: {Reason}")]
        public static partial void NoHeartbeat(ILogger logger, Guid documentId, string reason);
    }
}
