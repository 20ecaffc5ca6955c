using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RagAspire.Security;

namespace RagAspire.Api;

/// <summary>The key of a request, without its secret.</summary>
/// <param name="Collections">The collections that it may use; null for all.</param>
/// <param name="Groups">Whose documents it sees, beside those without groups; null for all documents.</param>
public sealed record CurrentKey(
    string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Collections, IReadOnlyList<string>? Groups);

/// <summary>Tells a client what its key may do, so that it offers nothing else.</summary>
internal static class KeyApi
{
    public static RouteGroupBuilder MapKey(this RouteGroupBuilder api)
    {
        api.MapGet("/key", Current).RequireAuthorization().WithTags("Key").WithSummary("The name and the rights of the key of the request");
        return api;
    }

    private static Ok<CurrentKey> Current(ClaimsPrincipal user)
    {
        var caller = Caller.Of(user);
        return TypedResults.Ok(new CurrentKey(caller.Id, caller.Name, caller.Scopes, caller.Collections, caller.Groups));
    }
}
