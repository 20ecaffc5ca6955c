using System.Collections.ObjectModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Documents.Intake;
using RagAspire.Search;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A search in one collection.</summary>
/// <param name="Query">Words, or a question.</param>
/// <param name="Tags">All of them must match.</param>
public sealed record SearchRequest(
    [property: Required, StringLength(4000, MinimumLength = 1)] string Query,
    [property: RegularExpression(CollectionName.Pattern)] string? Collection,
    [property: Range(1, 100)] int Limit = 10,
    SearchMode Mode = SearchMode.Hybrid,
    IReadOnlyDictionary<string, string>? Tags = null);

internal static class SearchApi
{
    public static RouteGroupBuilder MapSearch(this RouteGroupBuilder api)
    {
        api.MapPost("/search", SearchAsync).RequireAuthorization(Scopes.Read).WithTags("Search").WithSummary("Search chunks")
            .ProducesValidationProblem();
        return api;
    }

    private static async Task<Ok<SearchResult>> SearchAsync(
        SearchRequest request, ClaimsPrincipal user, SearchService search, CancellationToken cancellationToken)
    {
        var collection = Collections.Named(request.Collection, Caller.Of(user));
        var tags = request.Tags ?? ReadOnlyDictionary<string, string>.Empty;
        var query = new SearchQuery(request.Query.Trim(), collection, request.Limit, request.Mode, tags);
        return TypedResults.Ok(await search.SearchAsync(query, cancellationToken));
    }
}
