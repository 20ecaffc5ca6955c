using Microsoft.Extensions.Options;
using RagAspire.Api.Security;
using RagAspire.Database;
using RagAspire.Documents.Archives;
using RagAspire.Documents.Batches;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Usage.Budgets;

namespace RagAspire.Api.Batches;

/// <summary>The end of a batch: its id, and why the rest of it could not be read.</summary>
/// <param name="Failure">Null where all of it was read.</param>
internal sealed record ReceivedBatch(Guid Id, string Collection, int Files, Exception? Failure);

/// <summary>
/// Stores the files of a batch one after the other, each as an upload of its own: a file that is refused holds up no other.
/// </summary>
public sealed class BatchReceiver(
    UploadReader uploads, UploadAdmission admission, DocumentIntake intake, BatchStore batches, ApiMetrics metrics,
    IOptions<LimitOptions> options)
{
    private const int MaxReason = 500;

    internal async Task<ReceivedBatch> ReceiveAsync(
        HttpRequest request, BatchTarget target, Caller caller, CancellationToken cancellationToken)
    {
        var limits = options.Value;
        UploadReader.Limit(request, limits.BatchBytes, limits.UploadBytesPerSecond);

        // One file is on disk at a time, however many there are.
        using var place = admission.Admit(caller, declared: null);
        var batch = new Batch(Guid.CreateVersion7(), target, caller);
        try
        {
            await foreach (var entry in BatchEntries.ReadAsync(request, target, cancellationToken))
            {
                if (batch.Files == limits.BatchFiles)
                {
                    throw new BadHttpRequestException(
                        $"A batch has at most {limits.BatchFiles} files.", StatusCodes.Status413PayloadTooLarge);
                }

                await StoreAsync(batch, entry, cancellationToken);
                if (batch.Bytes > limits.BatchBytes)
                {
                    throw new BadHttpRequestException(
                        $"The files have more than {limits.BatchBytes >> 20} MiB.", StatusCodes.Status413PayloadTooLarge);
                }
            }

            if (batch.Files == 0)
            {
                throw Problems.Bad("There is no file in the batch.");
            }

            await batches.EndAsync(batch.Id, error: null, cancellationToken);
            return batch.Ended(null);
        }
        catch (Exception ex) when (batch.Files > 0 && !cancellationToken.IsCancellationRequested)
        {
            // What was received is stored, and the client must learn under which id.
            var failure = Readable(ex);
            await TryEndAsync(batch.Id, failure, cancellationToken);
            return batch.Ended(failure);
        }
        catch (Exception ex) when (Readable(ex) != ex)
        {
            throw Readable(ex);
        }
    }

    private async Task StoreAsync(Batch batch, BatchEntry entry, CancellationToken cancellationToken)
    {
        if (batch.Files == 0)
        {
            await batches.BeginAsync(batch.Id, batch.Target.Collection, batch.Caller.Id, cancellationToken);
        }

        var file = await TryAcceptAsync(batch, entry, cancellationToken);
        metrics.Uploaded(file.Code);
        await batches.AddAsync(batch.Id, batch.Files, file, cancellationToken);
        batch.Files++;
    }

    private async Task<BatchFile> TryAcceptAsync(Batch batch, BatchEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            if (entry.Refusal is { } refusal)
            {
                return Rejected(entry, StatusCodes.Status415UnsupportedMediaType, refusal);
            }

            using var temporary = new TemporaryFile();
            var received = await uploads.ReadAsync(entry.Body, entry.Name, temporary, batch.Caller, cancellationToken);
            batch.Bytes += received.SizeBytes;
            var file = received with { Groups = Groups.Given(batch.Target.Groups), Metadata = batch.Target.Metadata };
            var result = await intake.AcceptAsync(
                file, batch.Target.Collection, batch.Target.Tags, batch.Caller.Name, cancellationToken);
            return result.IsNew
                ? new BatchFile(entry.Name, BatchOutcome.Accepted, StatusCodes.Status202Accepted, null, result.Document.Id)
                : new BatchFile(entry.Name, BatchOutcome.Known, StatusCodes.Status200OK, null, result.Document.Id);
        }
        catch (BadHttpRequestException ex) when (ex.InnerException is null)
        {
            batch.Bytes += ex.StatusCode == StatusCodes.Status413PayloadTooLarge ? options.Value.UploadBytes : 0;
            return Rejected(entry, ex.StatusCode, ex.Message);
        }
        catch (ArchiveEntryException ex)
        {
            return Rejected(entry, StatusCodes.Status400BadRequest, ex.Message);
        }
        catch (BudgetExceededException ex)
        {
            return Rejected(entry, StatusCodes.Status429TooManyRequests, ex.Message);
        }
    }

    private async Task TryEndAsync(Guid id, Exception failure, CancellationToken cancellationToken)
    {
        try
        {
            await batches.EndAsync(id, ProblemExceptionHandler.ToProblem(failure).Detail, cancellationToken);
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            // The failure that the client is told is this one already.
        }
    }

    /// <summary>Broken archives and forms are errors of the client.</summary>
    private static Exception Readable(Exception exception) => exception switch
    {
        ArchiveException => new BadHttpRequestException(exception.Message, exception),
        InvalidDataException => new BadHttpRequestException("The multipart form is broken or ends too early.", exception),
        IOException and not BadHttpRequestException when !DiskSpace.IsExhausted(exception) =>
            new BadHttpRequestException("The body is broken or ends too early.", exception),
        _ => exception,
    };

    private static BatchFile Rejected(BatchEntry entry, int status, string reason) => new(
        entry.Name, BatchOutcome.Rejected, status, reason.Length > MaxReason ? reason[..MaxReason] : reason, null);

    private sealed class Batch(Guid id, BatchTarget target, Caller caller)
    {
        public Guid Id => id;

        public BatchTarget Target => target;

        public Caller Caller => caller;

        public int Files { get; set; }

        public long Bytes { get; set; }

        public ReceivedBatch Ended(Exception? failure) => new(id, target.Collection, Files, failure);
    }
}
