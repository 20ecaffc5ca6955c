using System.Security.Claims;

namespace RagAspire.Web.Security;

/// <summary>What the key of a session may do. The API decides; the pages only leave out what it would refuse.</summary>
internal static class Rights
{
    public const string Write = "write";
    public const string Operations = "operations:read";
    public const string Run = "operations:run";
    public const string Keys = "keys";

    public const string KeyClaim = "ragaspire:key";
    public const string ScopeClaim = "ragaspire:scope";
    public const string CollectionClaim = "ragaspire:collection";
    private const string Admin = "admin";

    public static bool May(this ClaimsPrincipal user, string scope) =>
        user.HasClaim(ScopeClaim, scope) || user.HasClaim(ScopeClaim, Admin);

    /// <summary>The collections that the key is bound to; empty for all.</summary>
    public static IReadOnlyList<string> Collections(this ClaimsPrincipal user) =>
        [.. user.FindAll(CollectionClaim).Select(claim => claim.Value)];
}
