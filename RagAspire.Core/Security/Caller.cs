using System.Security.Claims;

namespace RagAspire.Security;

/// <summary>The rights of an API key.</summary>
public static class Scopes
{
    public const string Read = "read";
    public const string Write = "write";
    public const string Operations = "operations";

    public static IReadOnlyList<string> All { get; } = [Read, Write, Operations];
}

/// <summary>The API key of a request.</summary>
/// <param name="Name">For the audit log and the metrics.</param>
/// <param name="Collections">The collections that it may use; null for all.</param>
public sealed record Caller(string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Collections)
{
    public bool MayUse(string collection) => Collections is null || Collections.Contains(collection);

    public static Caller Of(ClaimsPrincipal principal)
    {
        var collections = principal.FindAll(CallerClaims.Collection).Select(claim => claim.Value).ToList();
        return new Caller(
            principal.FindFirstValue(CallerClaims.Id) ?? "",
            principal.Identity?.Name ?? "anonymous",
            [.. principal.FindAll(CallerClaims.Scope).Select(claim => claim.Value)],
            principal.HasClaim(CallerClaims.AllCollections, "true") ? null : collections);
    }

    internal ClaimsIdentity ToIdentity(string scheme)
    {
        var identity = new ClaimsIdentity(scheme, ClaimTypes.Name, roleType: null);
        identity.AddClaim(new Claim(CallerClaims.Id, Id));
        identity.AddClaim(new Claim(ClaimTypes.Name, Name));
        identity.AddClaims(Scopes.Select(scope => new Claim(CallerClaims.Scope, scope)));
        identity.AddClaims(Collections is null
            ? [new Claim(CallerClaims.AllCollections, "true")]
            : Collections.Select(collection => new Claim(CallerClaims.Collection, collection)));
        return identity;
    }
}

internal static class CallerClaims
{
    public const string Id = "key";
    public const string Scope = "scope";
    public const string Collection = "collection";
    public const string AllCollections = "all_collections";
}
