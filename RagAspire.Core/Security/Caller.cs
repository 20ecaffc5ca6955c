using System.Security.Claims;

namespace RagAspire.Security;

/// <summary>The rights of an API key.</summary>
public static class Scopes
{
    /// <summary>Search, ask, and read documents.</summary>
    public const string Read = "read";

    /// <summary>Upload, replace and delete documents.</summary>
    public const string Write = "write";

    /// <summary>See how the system is: diagnostics, alerts, runs, backups, usage, the audit log.</summary>
    public const string OperationsRead = "operations:read";

    /// <summary>Run maintenance and backups, and change golden sets.</summary>
    public const string OperationsRun = "operations:run";

    /// <summary>Deliver alerts, as Alertmanager does.</summary>
    public const string AlertsWrite = "alerts:write";

    /// <summary>Create, list and revoke API keys that have no more rights than this one.</summary>
    public const string Keys = "keys";

    /// <summary>All scopes over all collections.</summary>
    public const string Admin = "admin";

    public static IReadOnlyList<string> All { get; } =
        [Read, Write, OperationsRead, OperationsRun, AlertsWrite, Keys, Admin];
}

/// <summary>What an endpoint may require beside a scope.</summary>
public static class Policies
{
    /// <summary>A key that is not bound to collections, for what concerns all of them.</summary>
    public const string WholeSystem = "whole-system";
}

/// <summary>The API key of a request, or the user of its token.</summary>
/// <param name="Name">For the audit log.</param>
/// <param name="Collections">The collections that it may use; null for all.</param>
/// <param name="Groups">Whose documents it sees, beside those without groups; null for all documents.</param>
public sealed record Caller(
    string Id, string Name, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Collections,
    IReadOnlyList<string>? Groups = null)
{
    /// <summary>Begins the ids of users, so that none has the id of a key.</summary>
    internal const string UserPrefix = "user:";

    /// <summary>As a tag of metrics, which has one value for all users: keys are few, and users are not.</summary>
    public string Tag => Id.StartsWith(UserPrefix, StringComparison.Ordinal) ? "users" : Name;

    /// <summary>All scopes over all collections.</summary>
    public bool IsAdmin => Scopes.Contains(Security.Scopes.Admin);

    public bool MayUse(string collection) => Collections is null || Collections.Contains(collection);

    /// <summary>Whether it may see a document.</summary>
    /// <param name="groups">Of the document.</param>
    public bool MaySee(string collection, IReadOnlyList<string> groups) => MayUse(collection) && GroupNames.Show(groups, Groups);

    /// <summary>Whether it has all of these rights itself, and so may give them to a key or take them from one.</summary>
    /// <param name="collections">Null for all.</param>
    public bool Covers(IEnumerable<string> scopes, IReadOnlyList<string>? collections) =>
        IsAdmin || (!scopes.Except(Scopes).Any()
            && (Collections is null || (collections is not null && !collections.Except(Collections).Any())));

    public static Caller Of(ClaimsPrincipal principal)
    {
        if (principal.Identity is CallerIdentity identity)
        {
            return identity.Caller;
        }

        var collections = principal.FindAll(CallerClaims.Collection).Select(claim => claim.Value).ToList();
        return new Caller(
            principal.FindFirstValue(CallerClaims.Id) ?? "",
            principal.Identity?.Name ?? "anonymous",
            [.. principal.FindAll(CallerClaims.Scope).Select(claim => claim.Value)],
            principal.HasClaim(CallerClaims.AllCollections, "true") ? null : collections,
            principal.HasClaim(CallerClaims.AllGroups, "true")
                ? null
                : [.. principal.FindAll(CallerClaims.Group).Select(claim => claim.Value)]);
    }

    internal ClaimsIdentity ToIdentity(string scheme)
    {
        var identity = new CallerIdentity(this, scheme);
        identity.AddClaim(new Claim(CallerClaims.Id, Id));
        identity.AddClaim(new Claim(ClaimTypes.Name, Name));
        identity.AddClaims(Scopes.Select(scope => new Claim(CallerClaims.Scope, scope)));
        identity.AddClaims(Collections is null
            ? [new Claim(CallerClaims.AllCollections, "true")]
            : Collections.Select(collection => new Claim(CallerClaims.Collection, collection)));
        identity.AddClaims(Groups is null
            ? [new Claim(CallerClaims.AllGroups, "true")]
            : Groups.Select(group => new Claim(CallerClaims.Group, group)));
        return identity;
    }
}

/// <summary>Keeps the caller that its claims tell of, so that they are not read again and again in each request.</summary>
internal sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity(scheme, ClaimTypes.Name, roleType: null)
{
    public Caller Caller => caller;
}

internal static class CallerClaims
{
    public const string Id = "key";
    public const string Scope = "scope";
    public const string Collection = "collection";
    public const string AllCollections = "all_collections";
    public const string Group = "group";
    public const string AllGroups = "all_groups";
}
