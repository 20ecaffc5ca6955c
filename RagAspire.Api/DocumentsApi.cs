using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Security;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Which documents to list.</summary>
/// <param name="Q">Full text over the documents' passages.</param>
/// <param name="After">The cursor from the page before.</param>
public sealed record DocumentListRequest(
    string? Collection,
    [property: RegularExpression("pending|processing|ready|failed", ErrorMessage = "The status is pending, processing, ready or failed.")]
    string? Status,
    [property: StringLength(1000)] string? Q,
    [property: GuidCursor] string? After,
    [property: Range(1, 200)] int Limit = 50);

/// <summary>Uploading documents and following what becomes of them.</summary>
internal static class DocumentsApi
{
    public static RouteGroupBuilder MapDocuments(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/documents").WithTags("Documents").ProducesProblem(404);
        group.MapPost("/", UploadAsync).RequireAuthorization(Scopes.Write)
            .AsUpload("Upload a document", "The parts: collection (optional; sent first, it is checked before the file is received), file, tags (key=value, repeatable).")
            .WithRequestTimeout(RequestLimits.UploadTime);
        group.MapPut("/{id:guid}", ReplaceAsync).RequireAuthorization(Scopes.Write)
            .AsUpload("Upload the next version of a document", "The version before is searched until this one is ready.")
            .WithRequestTimeout(RequestLimits.UploadTime);
        group.MapGet("/", ListAsync).RequireAuthorization(Scopes.Read).WithSummary("List documents");
        group.MapGet("/{id:guid}", GetAsync).RequireAuthorization(Scopes.Read).WithSummary("Get a document and its status");
        group.MapDelete("/{id:guid}", DeleteAsync).RequireAuthorization(Scopes.Write).WithSummary("Delete a document");
        group.MapPost("/{id:guid}/retry", RetryAsync).RequireAuthorization(Scopes.Write).WithSummary("Process a failed document again");
        group.MapGet("/{id:guid}/content", ContentAsync).RequireAuthorization(Scopes.Read).WithSummary("Download the bytes");
        group.MapGet("/{id:guid}/events", EventsAsync).RequireAuthorization(Scopes.Read).DisableRequestTimeout()
            .WithSummary("Watch a document being processed, as server-sent events");
        return api;
    }

    private static async Task<Results<Accepted<Document>, Ok<Document>>> UploadAsync(
        HttpRequest request, ClaimsPrincipal user, UploadReader uploads, DocumentIntake intake, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        using var upload = await uploads.ReadAsync(request, caller, cancellationToken);
        var collection = Collections.Named(upload.Collection, caller);
        return Answer(await intake.AcceptAsync(upload.File, collection, upload.Tags, caller.Name, cancellationToken));
    }

    private static async Task<Results<Accepted<Document>, Ok<Document>, ProblemHttpResult>> ReplaceAsync(
        Guid id, HttpRequest request, ClaimsPrincipal user, DocumentAccess access, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await access.FindAsync(id, caller, cancellationToken) is null)
        {
            return Missing();
        }

        using var upload = await access.Uploads.ReadAsync(request, caller, cancellationToken);
        if (await access.Intake.ReplaceAsync(id, upload.File, caller.Name, cancellationToken) is not { } result)
        {
            return Missing();
        }

        return result.IsNew ? TypedResults.Accepted(Location(result.Document), result.Document) : TypedResults.Ok(result.Document);
    }

    private static async Task<Ok<Page<Document>>> ListAsync(
        [AsParameters] DocumentListRequest request, ClaimsPrincipal user, DocumentStore documents, CancellationToken cancellationToken)
    {
        var collection = Collections.Named(request.Collection, Caller.Of(user));
        var status = request.Status is { Length: > 0 } word ? Enum.Parse<DocumentStatus>(word, ignoreCase: true) : (DocumentStatus?)null;
        var after = request.After is { Length: > 0 } cursor ? Guid.Parse(cursor) : (Guid?)null;
        var filter = new DocumentFilter(collection, status, request.Q, after, request.Limit);
        return TypedResults.Ok(await documents.ListAsync(filter, cancellationToken));
    }

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, DocumentAccess access, CancellationToken cancellationToken) =>
        await access.FindAsync(id, Caller.Of(user), cancellationToken) is { } document ? TypedResults.Ok(document) : Missing();

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, DocumentAccess access, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        return await access.FindAsync(id, caller, cancellationToken) is not null
            && await access.Documents.DeleteAsync(id, caller.Name, cancellationToken)
            ? TypedResults.NoContent()
            : Missing();
    }

    private static async Task<Results<Accepted<Document>, ProblemHttpResult>> RetryAsync(
        Guid id, ClaimsPrincipal user, DocumentAccess access, IIngestionEnqueuer queue, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await access.FindAsync(id, caller, cancellationToken) is null)
        {
            return Missing();
        }

        if (!await access.Documents.RetryAsync(id, caller.Name, cancellationToken))
        {
            return TypedResults.Problem("Only a failed document can be tried again.", statusCode: StatusCodes.Status409Conflict);
        }

        queue.Enqueue(id);
        return await access.FindAsync(id, caller, cancellationToken) is { } document
            ? TypedResults.Accepted(Location(document), document)
            : Missing();
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ContentAsync(
        Guid id, ClaimsPrincipal user, DocumentAccess access, DocumentContents contents, CancellationToken cancellationToken)
    {
        if (await access.FindAsync(id, Caller.Of(user), cancellationToken) is not { } document)
        {
            return Missing();
        }

        // As an attachment and never shown: the bytes are anybody's.
        return TypedResults.Stream(
            target => contents.CopyToAsync(id, document.Version, target, cancellationToken), document.ContentType, document.Name);
    }

    private static async Task<Results<ServerSentEventsResult<DocumentProgress>, ProblemHttpResult>> EventsAsync(
        Guid id, ClaimsPrincipal user, DocumentAccess access, ProgressFeed progress, CancellationToken cancellationToken) =>
        await access.FindAsync(id, Caller.Of(user), cancellationToken) is not null
            ? TypedResults.ServerSentEvents(ProgressAsync(progress, id, cancellationToken))
            : Missing();

    private static async IAsyncEnumerable<SseItem<DocumentProgress>> ProgressAsync(
        ProgressFeed progress, Guid id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var news in progress.WatchAsync(id, cancellationToken))
        {
            yield return new SseItem<DocumentProgress>(news, "progress");
        }
    }

    private static Results<Accepted<Document>, Ok<Document>> Answer(IntakeResult result) => result.IsNew
        ? TypedResults.Accepted(Location(result.Document), result.Document)
        : TypedResults.Ok(result.Document);

    private static string Location(Document document) => $"/api/v1/documents/{document.Id}";

    private static ProblemHttpResult Missing() => Problems.NotFound("document");
}
