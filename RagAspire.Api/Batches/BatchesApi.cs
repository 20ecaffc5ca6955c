using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Security;
using RagAspire.Documents;
using RagAspire.Documents.Batches;
using RagAspire.Security;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Api.Batches;

/// <summary>A received batch.</summary>
/// <param name="Files">Each file in the order of the request.</param>
public sealed record BatchReceipt(Guid Id, string Collection, int Count, IAsyncEnumerable<BatchFile> Files);

/// <summary>Which failed documents to retry; one of the two must be given.</summary>
/// <param name="Reason">A part of the error of the documents.</param>
/// <param name="Status">"failed" for all that failed.</param>
public sealed record RetryRequest(
    string? Collection,
    [property: StringLength(1000)] string? Reason,
    [property: AllowedValues(null, "failed", ErrorMessage = "Only the status 'failed' can be retried.")] string? Status);

/// <summary>How many documents wait for processing again.</summary>
public sealed record RetriedDocuments(string Collection, int Retried);

/// <summary>Many documents at once.</summary>
internal static class BatchesApi
{
    /// <summary>What clients call an archive. Its first bytes decide.</summary>
    internal static readonly string[] Archives =
    [
        "application/zip", "application/x-zip-compressed", "application/x-tar", "application/gzip", "application/x-gzip",
        "application/octet-stream",
    ];

    public static RouteGroupBuilder MapBatches(this RouteGroupBuilder documents)
    {
        documents.MapPost("/batch", ReceiveAsync).RequireAuthorization(Scopes.Write)
            .WithSummary("Upload many documents")
            .WithDescription("A form with many files (the fields collection, tags, metadata and groups come first), or the bytes of a ZIP, TAR or TAR.GZ archive. Each file is an upload of its own; one that is refused holds up no other.")
            .Accepts<BatchForm>("multipart/form-data", Archives)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .WithRequestTimeout(RequestLimits.BatchTime);
        documents.MapGet("/batches/{id:guid}", GetAsync).RequireAuthorization(Scopes.Read)
            .WithSummary("Count the files of a batch by status and by reason");
        documents.MapPost("/retry", RetryAsync).RequireAuthorization(Scopes.Write)
            .WithSummary("Process all failed documents of a reason again").ProducesValidationProblem();
        return documents;
    }

    private static async Task<Results<Accepted<BatchReceipt>, ProblemHttpResult>> ReceiveAsync(
        HttpRequest request,
        string? collection,
        ClaimsPrincipal user,
        BatchReceiver receiver,
        BatchStore batches,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var target = new BatchTarget(caller, collection, request.Query["tags"].OfType<string>());
        foreach (var name in request.Query["groups"].OfType<string>())
        {
            Groups.Add(target.Groups, name, caller);
        }

        if (request.Query["metadata"] is [{ Length: > 0 } metadata])
        {
            target.Take("metadata", metadata);
        }

        var batch = await receiver.ReceiveAsync(request, target, caller, cancellationToken);
        return batch.Failure is null
            ? TypedResults.Accepted(
                $"/api/v1/documents/batches/{batch.Id}",
                new BatchReceipt(batch.Id, batch.Collection, batch.Files, batches.FilesAsync(batch.Id, cancellationToken)))
            : Failed(batch);
    }

    /// <summary>The rest could not be read. The files before it are stored, and the id says which.</summary>
    private static ProblemHttpResult Failed(ReceivedBatch batch)
    {
        var problem = ProblemExceptionHandler.ToProblem(batch.Failure!);
        problem.Detail = string.Create(
            CultureInfo.InvariantCulture, $"{problem.Detail} {batch.Files} files before it were received: see the batch {batch.Id}.");
        problem.Extensions["batchId"] = batch.Id;
        return TypedResults.Problem(problem);
    }

    private static async Task<Results<Ok<DocumentBatch>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, BatchStore batches, CancellationToken cancellationToken) =>
        await batches.FindAsync(id, cancellationToken) is { } batch && Sees(Caller.Of(user), batch)
            ? TypedResults.Ok(batch)
            : Problems.NotFound("batch");

    private static async Task<Ok<RetriedDocuments>> RetryAsync(
        RetryRequest request,
        ClaimsPrincipal user,
        FailedDocuments documents,
        Embedder embedder,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var collection = Collections.Named(request.Collection, caller);
        if (string.IsNullOrEmpty(request.Reason) && request.Status is null)
        {
            throw Problems.Bad("Name a reason, or the status 'failed' for all failed documents.");
        }

        await embedder.AdmitAsync(caller.Id, cancellationToken);
        var reason = string.IsNullOrEmpty(request.Reason) ? null : request.Reason;
        return TypedResults.Ok(new RetriedDocuments(
            collection, await documents.RetryAsync(collection, caller.Groups, reason, caller.Name, cancellationToken)));
    }

    /// <summary>
    /// The reasons of a batch may speak of documents that a key with groups does not see, unless it has sent them.
    /// </summary>
    private static bool Sees(Caller caller, DocumentBatch batch) =>
        caller.MayUse(batch.Collection) && (caller.Groups is null || batch.KeyId == caller.Id);

    internal sealed record BatchForm(
        string? Collection, IReadOnlyList<string>? Tags, string? Metadata, IReadOnlyList<string>? Groups,
        IFormFileCollection Files);
}
