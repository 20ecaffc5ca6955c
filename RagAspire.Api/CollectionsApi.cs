using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>Which collections to list.</summary>
/// <param name="After">The <c>next</c> of the page before.</param>
public sealed record CollectionListRequest(
    [property: RegularExpression(CollectionName.Pattern, ErrorMessage = "{0} must be the 'next' of a page.")] string? After,
    [property: Range(1, 200)] int Limit = 50);

/// <summary>Listing collections, and moving them between systems.</summary>
internal static class CollectionsApi
{
    public static RouteGroupBuilder MapCollections(this RouteGroupBuilder api)
    {
        api.MapGet("/collections", ListAsync).RequireAuthorization(Scopes.Read).WithTags("Collections")
            .WithSummary("List the collections that the key may use, with what they hold");
        return api.MapTransfer();
    }

    private static async Task<Ok<Page<CollectionSummary>>> ListAsync(
        [AsParameters] CollectionListRequest request, ClaimsPrincipal user, CollectionStore collections,
        CancellationToken cancellationToken) =>
        TypedResults.Ok(await collections.ListAsync(Caller.Of(user), request.After, request.Limit, cancellationToken));
}
