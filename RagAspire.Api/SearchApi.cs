using System.Collections.ObjectModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.Net.Http.Headers;
using RagAspire.Answers.Sessions;
using RagAspire.Documents.Intake;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>A search in one collection.</summary>
/// <param name="Query">Words, or a question.</param>
/// <param name="Tags">All of them must match.</param>
/// <param name="Filter">What their documents must fulfil.</param>
/// <param name="PerDocument">The most hits of one document.</param>
/// <param name="Explain">Adds how the hits were found.</param>
/// <param name="Expected">Ids of documents or chunks: the explanation says why they are no hits.</param>
public sealed record SearchRequest(
    [property: Required, StringLength(4000, MinimumLength = 1)] string Query,
    [property: RegularExpression(CollectionName.Pattern)] string? Collection,
    [property: Range(1, 100)] int Limit = 10,
    SearchMode Mode = SearchMode.Hybrid,
    IReadOnlyDictionary<string, string>? Tags = null,
    FilterNode? Filter = null,
    [property: Range(1, 100)] int? PerDocument = null,
    bool Explain = false,
    [property: MaxLength(20)] IReadOnlyList<Guid>? Expected = null);

/// <summary>The same search as an address, for clients that keep and revalidate results.</summary>
/// <param name="Tags">Pairs <c>key=value</c>; all of them must match.</param>
/// <param name="Filter">What their documents must fulfil, as JSON.</param>
public sealed record SearchAddress(
    [property: Required, StringLength(4000, MinimumLength = 1)] string Query,
    [property: RegularExpression(CollectionName.Pattern)] string? Collection,
    [property: OneOf<SearchMode>] string? Mode,
    string[]? Tags,
    [property: StringLength(4000)] string? Filter,
    [property: Range(1, 100)] int Limit = 10);

internal static class SearchApi
{
    /// <summary>A result may be kept by the client alone, and asked about each time: its text belongs to one key.</summary>
    private const string Revalidated = "private, no-cache";

    public static RouteGroupBuilder MapSearch(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/search").RequireAuthorization(Scopes.Read).WithTags("Search").ProducesValidationProblem()
            .AddEndpointFilter(CountAsync);
        group.MapPost("/", SearchAsync).WithSummary("Search chunks").Produces<SearchResult>();
        group.MapGet("/", RevalidateAsync).WithSummary("Search chunks by an address, with an ETag").Produces<SearchResult>()
            .Produces(StatusCodes.Status304NotModified);
        return api;
    }

    private static async Task<IResult> SearchAsync(
        SearchRequest request,
        ClaimsPrincipal user,
        SearchService search,
        Explainer explainer,
        CancellationToken cancellationToken)
    {
        var tags = request.Tags ?? ReadOnlyDictionary<string, string>.Empty;
        var query = Query(request.Query, request.Collection, request.Limit, request.Mode, tags, Caller.Of(user)) with
        {
            Filter = Filters.Read(request.Filter),
            PerDocument = request.PerDocument,
        };
        var result = await search.SearchAsync(query, cancellationToken);
        if (!request.Explain || result.Level == RetrievalLevel.FullText)
        {
            return TypedResults.Ok(WrittenSearch.Of(result));
        }

        // Counts over the whole collection would tell of documents that the caller does not see.
        var frequencies = query.Groups is null
            ? await search.CountTermsAsync(query.Text, query.Collection, cancellationToken) : null;
        return TypedResults.Ok(result with
        {
            Explanation = await explainer.ExplainAsync(
                query, result.Hits, request.Expected ?? [], frequencies, cancellationToken),
        });
    }

    private static async Task<IResult> RevalidateAsync(
        [AsParameters] SearchAddress address, ClaimsPrincipal user, HttpContext http, SearchService search,
        CancellationToken cancellationToken)
    {
        var query = Query(address, Caller.Of(user));
        var headers = http.Response.GetTypedHeaders();
        http.Response.Headers.Vary = $"{HeaderNames.Authorization}, {ApiKeyAuthentication.HeaderName}";
        http.Response.Headers.CacheControl = Revalidated;
        var tag = await search.VersionAsync(query, cancellationToken) is { } version
            ? new EntityTagHeaderValue($"\"{version}\"", isWeak: true) : null;
        headers.ETag = tag;
        var kept = http.Request.GetTypedHeaders().IfNoneMatch;
        if (tag is not null && kept.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        var result = await search.SearchAsync(query, cancellationToken);
        if (result.HasOutage)
        {
            // The next search may find more, without a change of any document.
            headers.ETag = null;
            http.Response.Headers.CacheControl = "no-store";
        }

        return TypedResults.Ok(WrittenSearch.Of(result));
    }

    /// <summary>Searches of a key are a session, whatever they find.</summary>
    private static ValueTask<object?> CountAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.RequestServices.GetRequiredService<SearchSessions>().Searched(Caller.Of(context.HttpContext.User).Id);
        return next(context);
    }

    internal static SearchQuery Query(SearchAddress address, Caller caller) => Query(
        address.Query, address.Collection, address.Limit, EnumWords.Parse<SearchMode>(address.Mode) ?? SearchMode.Hybrid,
        Api.Tags.Parse(address.Tags ?? []), caller) with
    {
        Filter = Filters.Parse(address.Filter),
    };

    private static SearchQuery Query(
        string text, string? collection, int limit, SearchMode mode, IReadOnlyDictionary<string, string> tags, Caller caller) =>
        new(text.Trim(), Collections.Named(collection, caller), limit, mode, tags) { KeyId = caller.Id, Groups = caller.Groups };
}
