using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>What a document is called and labelled with from now on; what is absent stays.</summary>
/// <param name="Name">The file name.</param>
/// <param name="Tags">Replace all it has; empty for none.</param>
/// <param name="Metadata">Replace all it has; empty for none.</param>
public sealed record DocumentChangeRequest(
    [property: StringLength(1000, MinimumLength = 1)] string? Name = null,
    IReadOnlyDictionary<string, string>? Tags = null,
    IReadOnlyDictionary<string, JsonElement>? Metadata = null)
{
    /// <exception cref="BadHttpRequestException">400 with what is wrong.</exception>
    internal LabelChange ToChange() => Name is null && Tags is null && Metadata is null
        ? throw Problems.Bad("Name what to change: 'name', 'tags' or 'metadata'.")
        : new LabelChange(
            Name is null ? null : FileReceiver.CleanName(Name),
            Tags is null ? null : Api.Tags.Of(Tags),
            Filters.Metadata(Metadata));
}

internal static class DocumentLabelsApi
{
    public static RouteGroupBuilder MapLabels(this RouteGroupBuilder documents)
    {
        documents.MapPatch("/{id:guid}", ChangeAsync).RequireAuthorization(Scopes.Write)
            .WithSummary("Change name, tags and metadata of a document").ProducesValidationProblem()
            .WithDescription("Nothing is processed again. `changed` lists what has changed. A document that was inside another, or is kept in step with a source, is changed there (409).")
            .ProducesProblem(StatusCodes.Status409Conflict);
        return documents;
    }

    private static async Task<Results<Ok<Document>, ProblemHttpResult>> ChangeAsync(
        Guid id, DocumentChangeRequest request, ClaimsPrincipal user, DocumentLabels labels, CancellationToken cancellationToken)
    {
        var caller = Caller.Of(user);
        var change = request.ToChange();
        return await labels.ChangeAsync(
            id, change, caller.Name, current => Groups.CheckChange(caller, current, wanted: null), cancellationToken)
            is { } document
            ? TypedResults.Ok(document)
            : DocumentsApi.Missing();
    }
}
