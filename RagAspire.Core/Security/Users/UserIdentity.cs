using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;

namespace RagAspire.Security.Users;

/// <summary>A user in a call whose scope is known only later, such as that of a tool.</summary>
internal sealed class UserIdentity(UserRights rights, string scheme) : ClaimsIdentity(rights.For([]).ToIdentity(scheme))
{
    public ClaimsIdentity For(IReadOnlyCollection<string> scopes) => rights.For(scopes).ToIdentity(scheme);
}

/// <summary>The rights of a caller in one call.</summary>
public static class CallRights
{
    /// <summary>
    /// The same caller with the rights that count in a call with these metadata: an API key has the same ones in each, a user
    /// those of the groups that give the scopes of the call.
    /// </summary>
    public static ClaimsPrincipal InCall(this ClaimsPrincipal user, IEnumerable<object> metadata)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user.Identity is UserIdentity identity && ScopesOf(metadata) is { Count: > 0 } scopes
            ? new ClaimsPrincipal(identity.For(scopes))
            : user;
    }

    private static List<string> ScopesOf(IEnumerable<object> metadata) =>
        [.. metadata.OfType<IAuthorizeData>().Select(data => data.Policy ?? "").Intersect(Scopes.All)];
}
