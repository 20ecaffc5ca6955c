using System.ComponentModel.DataAnnotations;

namespace RagAspire.Security.Users;

/// <summary>Users of an identity provider (OpenID Connect) beside API keys; section <c>Oidc</c>. Off without an issuer.</summary>
public sealed class OidcOptions : IValidatableObject
{
    public const string Section = "Oidc";

    /// <summary>The issuer as it stands in its tokens. Its discovery document lies below it. Empty for none.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>For whom a token must be issued: the name of this API at the issuer.</summary>
    public string Audience { get; set; } = "";

    /// <summary>The claim of a token with the groups of its user: one text, or a list of texts.</summary>
    [Required]
    public string GroupsClaim { get; set; } = "groups";

    /// <summary>The claim with the name of the user, which stands before the subject in the audit log.</summary>
    [Required]
    public string NameClaim { get; set; } = "preferred_username";

    /// <summary>A key that is not known makes this process ask the issuer for its keys at most this often.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyRefresh { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What the members of a group may do, by the value of the claim. The rows of all groups of a user count.</summary>
    public IDictionary<string, GroupRights> Groups { get; } = new Dictionary<string, GroupRights>(StringComparer.Ordinal);

    public bool IsOn => Issuer.Length > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsOn)
        {
            yield break;
        }

        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer) || !IsSafe(issuer))
        {
            yield return new ValidationResult("The issuer is an https address, or an http one of this machine.", [nameof(Issuer)]);
        }

        if (Audience.Length == 0)
        {
            yield return new ValidationResult("Without an audience, tokens for other programs would be valid here.", [nameof(Audience)]);
        }

        foreach (var (name, rights) in Groups)
        {
            if (rights.Fault() is { } fault)
            {
                yield return new ValidationResult($"{name}: {fault}", [nameof(Groups)]);
            }
        }
    }

    private static bool IsSafe(Uri issuer) =>
        issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback);
}

/// <summary>What the members of one group may do: a row of the table, held to the rules of an API key.</summary>
public sealed class GroupRights
{
    /// <summary>The value of the claim, where it cannot be the name of a setting; empty for the name of the row.</summary>
    public string Claim { get; set; } = "";

    /// <summary>With commas between them.</summary>
    public string Scopes { get; set; } = "";

    /// <summary>With commas between them; null for all.</summary>
    public string? Collections { get; set; }

    /// <summary>
    /// The groups of documents that are seen beside those without groups, with commas between them; null for all documents.
    /// </summary>
    public string? Groups { get; set; }

    internal string? Fault()
    {
        var scopes = Names(Scopes);
        return scopes.Length == 0 || scopes.Except(Security.Scopes.All).Any()
            ? $"the scopes are {string.Join(", ", Security.Scopes.All)}."
            : Collections is not null && Names(Collections).Length == 0 ? "name a collection, or leave the setting out for all."
            : Collections is not null && scopes.Contains(Security.Scopes.Admin) ? "admin is for all collections."
            : Groups is not null && scopes.Except([Security.Scopes.Read, Security.Scopes.Write]).Any()
                ? "with groups the scopes are read and write."
            : Names(Groups ?? "").FirstOrDefault(name => !GroupNames.IsValid(name)) is { } wrong ? $"'{wrong}': {GroupNames.Rule}"
            : null;
    }

    internal Caller ToCaller(string id, string name) => new(
        id, name, Names(Scopes), Collections is null ? null : Names(Collections), Groups is null ? null : Names(Groups));

    private static string[] Names(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
