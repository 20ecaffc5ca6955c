using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Which chunks of a document to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record ChunkListRequest(
    [property: RegularExpression("[0-9]{1,9}", ErrorMessage = "{0} must be the 'next' of a page.")] string? After,
    [property: Range(1, 200)] int Limit = 50);

/// <summary>What the system reads of a document.</summary>
internal static class DocumentTextApi
{
    public static RouteGroupBuilder MapDocumentText(this RouteGroupBuilder documents)
    {
        documents.MapGet("/{id:guid}/chunks", ChunksAsync).RequireAuthorization(Scopes.Read)
            .WithSummary("List the chunks of a document's searched version").ProducesValidationProblem();
        documents.MapGet("/{id:guid}/text", TextAsync).RequireAuthorization(Scopes.Read)
            .WithSummary("Get the text of a document's searched version, which the ranges of chunks and citations refer to")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").ProducesProblem(StatusCodes.Status409Conflict);
        return documents;
    }

    private static async Task<Results<Ok<Page<DocumentChunk>>, ProblemHttpResult>> ChunksAsync(
        Guid id,
        [AsParameters] ChunkListRequest request,
        ClaimsPrincipal user,
        DocumentStore documents,
        DocumentTexts texts,
        CancellationToken cancellationToken) =>
        await DocumentsApi.FindAsync(documents, id, Caller.Of(user), cancellationToken) is { } document
            ? TypedResults.Ok(await texts.ChunksAsync(document, Position(request.After), request.Limit, cancellationToken))
            : DocumentsApi.Missing();

    private static int? Position(string? after) =>
        string.IsNullOrEmpty(after) ? null : int.Parse(after, CultureInfo.InvariantCulture);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> TextAsync(
        Guid id, ClaimsPrincipal user, DocumentStore documents, DocumentTexts texts, CancellationToken cancellationToken)
    {
        if (await DocumentsApi.FindAsync(documents, id, Caller.Of(user), cancellationToken) is not { } document)
        {
            return DocumentsApi.Missing();
        }

        return document.ReadyVersion is null
            ? TypedResults.Problem(
                $"The document has no text before it is ready; it is {document.Status.Word()}.", statusCode: StatusCodes.Status409Conflict)
            : TypedResults.Stream(target => texts.CopyToAsync(document, target, cancellationToken), "text/plain; charset=utf-8");
    }
}
