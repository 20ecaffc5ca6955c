using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Api.Batches;
using RagAspire.Api.Security;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Api;

/// <summary>Which documents to list.</summary>
/// <param name="Q">Full text over the chunks of the documents.</param>
/// <param name="After">The <c>next</c> of the page before.</param>
/// <param name="ExternalId">The id in the client's system.</param>
/// <param name="ParentId">The document that they were inside of.</param>
/// <param name="Filter">What they must fulfil, as JSON.</param>
public sealed record DocumentListRequest(
    string? Collection,
    [property: OneOf<DocumentStatus>] string? Status,
    [property: StringLength(1000)] string? Q,
    [property: GuidCursor] string? After,
    [property: Range(1, 200)] int Limit = 50,
    [property: StringLength(ExternalIds.MaxLength)] string? ExternalId = null,
    Guid? ParentId = null,
    [property: StringLength(4000)] string? Filter = null)
{
    internal DocumentFilter ToFilter(Caller caller) => new(
        Collections.Named(Collection, caller),
        EnumWords.Parse<DocumentStatus>(Status),
        Q,
        GuidCursorAttribute.Parse(After),
        Limit)
    {
        ExternalId = string.IsNullOrEmpty(ExternalId) ? null : ExternalId,
        Groups = caller.Groups,
        ParentId = ParentId,
        Metadata = Filters.Parse(Filter),
    };
}

/// <summary>How long to follow a document.</summary>
/// <param name="Until">"ready" (also where it is left out) or "embedded": the state after which the stream ends.</param>
public sealed record DocumentEventsRequest([property: AllowedValues(null, "ready", "embedded")] string? Until);

/// <summary>Uploading documents and following their processing.</summary>
internal static class DocumentsApi
{
    public static RouteGroupBuilder MapDocuments(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/documents").WithTags("Documents").ProducesProblem(404);
        group.MapPost("/", UploadAsync).RequireAuthorization(Scopes.Write)
            .AsUpload("Upload a document", "The parts: collection (optional; sent first, it is checked before the file is received), file, tags (key=value, repeatable), metadata (a JSON object with strings, numbers, true, false and lists of these), groups (repeatable: who sees it; a key with groups gives its own where there are none).")
            .WithRequestTimeout(RequestLimits.UploadTime);
        group.MapPut("/{id:guid}", ReplaceAsync).RequireAuthorization(Scopes.Write)
            .AsUpload("Upload the next version of a document", "The version before is searched until this one is ready. Without tags, metadata or groups it keeps those it has.")
            .WithRequestTimeout(RequestLimits.UploadTime);
        group.MapGet("/", ListAsync).RequireAuthorization(Scopes.Read).WithSummary("List documents");
        group.MapGet("/{id:guid}", GetAsync).RequireAuthorization(Scopes.Read).WithSummary("Get a document and its status");
        group.MapDelete("/{id:guid}", DeleteAsync).RequireAuthorization(Scopes.Write).WithSummary("Delete a document");
        group.MapPost("/{id:guid}/retry", RetryAsync).RequireAuthorization(Scopes.Write).WithSummary("Process a failed document again");
        group.MapGet("/{id:guid}/content", ContentAsync).RequireAuthorization(Scopes.Read).WithSummary("Download the bytes");
        group.MapGet("/{id:guid}/events", EventsAsync).RequireAuthorization(Scopes.Read).DisableRequestTimeout()
            .WithSummary("Follow the processing of a document, as server-sent events");
        group.MapDocumentText().MapBatches().MapExternalIds().MapGroups().MapLabels();
        return api;
    }

    private static async Task<Results<Accepted<Document>, Ok<Document>>> UploadAsync(
        HttpRequest request, ClaimsPrincipal user, UploadReader uploads, DocumentIntake intake,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        using var upload = await uploads.ReadAsync(request, caller, cancellationToken);
        var collection = Collections.Named(upload.Collection, caller);
        var result = await intake.AcceptAsync(upload.File, collection, upload.Tags, caller.Name, cancellationToken);
        return result.IsNew ? TypedResults.Accepted(Location(result.Document), result.Document)
            : TypedResults.Ok(result.Document);
    }

    private static async Task<Results<Accepted<Document>, Ok<Document>, ProblemHttpResult>> ReplaceAsync(
        Guid id,
        HttpRequest request,
        ClaimsPrincipal user,
        DocumentStore documents,
        UploadReader uploads,
        DocumentIntake intake,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await FindAsync(documents, id, caller, cancellationToken) is not { } document)
        {
            return Missing();
        }

        using var upload = await uploads.ReadAsync(request, caller, cancellationToken);
        if (upload.Collection is { } collection && collection != document.Collection)
        {
            throw Problems.Bad($"The document belongs to the collection '{document.Collection}', and a new version stays in it.");
        }

        var result = await intake.ReplaceAsync(
            id, upload.File, upload.Tags, caller.Name, cancellationToken,
            current => Groups.CheckChange(caller, current, upload.File.Groups));
        if (result is null)
        {
            return Missing();
        }

        return result.IsNew ? TypedResults.Accepted(Location(result.Document), result.Document)
            : TypedResults.Ok(result.Document);
    }

    private static async Task<Ok<Page<Document>>> ListAsync(
        [AsParameters] DocumentListRequest request, ClaimsPrincipal user, DocumentStore documents,
        CancellationToken cancellationToken) =>
        TypedResults.Ok(await documents.ListAsync(request.ToFilter(Caller.Of(user)), cancellationToken));

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> GetAsync(
        Guid id, ClaimsPrincipal user, DocumentStore documents, CancellationToken cancellationToken) =>
        await FindAsync(documents, id, Caller.Of(user), cancellationToken) is { } document
            ? TypedResults.Ok(document)
            : Missing();

    private static async Task<Results<Ok<DeletedDocument>, ProblemHttpResult>> DeleteAsync(
        Guid id, ClaimsPrincipal user, DocumentStore documents, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await FindAsync(documents, id, caller, cancellationToken) is not null
            && await documents.DeleteAsync(id, caller.Name, cancellationToken) is { } deleted)
        {
            return TypedResults.Ok(deleted);
        }

        await documents.ConfirmAbsenceAsync(cancellationToken);
        return Missing();
    }

    private static async Task<Results<Accepted<Document>, ProblemHttpResult>> RetryAsync(
        Guid id,
        ClaimsPrincipal user,
        DocumentStore documents,
        Embedder embedder,
        CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        if (await FindAsync(documents, id, caller, cancellationToken) is null)
        {
            return Missing();
        }

        await embedder.AdmitAsync(caller.Id, cancellationToken);
        if (!await documents.RetryAsync(id, caller.Name, cancellationToken))
        {
            return TypedResults.Problem("Only a failed document can be retried.", statusCode: StatusCodes.Status409Conflict);
        }

        return await FindAsync(documents, id, caller, cancellationToken) is { } document
            ? TypedResults.Accepted(Location(document), document)
            : Missing();
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> ContentAsync(
        Guid id, ClaimsPrincipal user, DocumentStore documents, DocumentContents contents, CancellationToken cancellationToken)
    {
        if (await FindAsync(documents, id, Caller.Of(user), cancellationToken) is not { } document)
        {
            return Missing();
        }

        // As an attachment: a browser must not render uploaded bytes in the origin of the API.
        return TypedResults.Stream(
            target => contents.CopyToAsync(id, document.Version, target, cancellationToken),
            document.ContentType,
            Path.GetFileName(document.Name));
    }

    private static async Task<Results<ServerSentEventsResult<object>, ProblemHttpResult>> EventsAsync(
        Guid id,
        [AsParameters] DocumentEventsRequest request,
        ClaimsPrincipal user,
        DocumentStore documents,
        ProgressFeed progress,
        EventStreams streams,
        CancellationToken cancellationToken) =>
        await FindAsync(documents, id, Caller.Of(user), cancellationToken) is not null
            ? await streams.WatchAsync(
                Caller.Of(user),
                stop => progress.WatchAsync(id, request.Until == "embedded", stop), step => new SseItem<object>(step, "progress"), cancellationToken)
            : Missing();

    /// <summary>A document that the caller may see. Documents of other collections and groups do not exist for it.</summary>
    internal static async Task<Document?> FindAsync(
        DocumentStore documents, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await documents.FindAsync(id, cancellationToken) is { } document && caller.MaySee(document.Collection, document.Groups)
            ? document : null;

    internal static string Location(Document document) => $"/api/v1/documents/{document.Id}";

    internal static ProblemHttpResult Missing() => Problems.NotFound("document");
}
