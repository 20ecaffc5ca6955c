using System.ComponentModel.DataAnnotations;

namespace RagAspire.Web.Security;

/// <summary>
/// Sign-in at an identity provider (OpenID Connect); section <c>Oidc</c>, which the API has, too. Off without an issuer and a
/// client.
/// </summary>
public sealed class IssuerOptions : IValidatableObject
{
    public const string Section = "Oidc";

    /// <summary>The issuer, as the API has it.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>The name of the web app at the issuer.</summary>
    public string ClientId { get; set; } = "";

    public string ClientSecret { get; set; } = "";

    /// <summary>
    /// What is asked for, with blanks between. Together with <see cref="Resource"/> it has to bring an access token for the API;
    /// <c>offline_access</c> brings a refresh token where the issuer wants to be asked for one.
    /// </summary>
    [Required]
    public string Scopes { get; set; } = "openid profile";

    /// <summary>The parameter <c>resource</c>, for issuers that choose the audience by it.</summary>
    public string Resource { get; set; } = "";

    /// <summary>The issuer's name on the button; empty for its host.</summary>
    [StringLength(60)]
    public string Title { get; set; } = "";

    /// <summary>Whether users may still sign in with an API key. Otherwise sessions that began with one end, too.</summary>
    public bool TakesKeys { get; set; } = true;

    internal bool IsOn => Issuer.Length > 0 && ClientId.Length > 0;

    internal string ShownTitle => Title.Length > 0 ? Title : new Uri(Issuer).Host;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !(Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer)
            && (issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback))))
        {
            yield return new ValidationResult("The issuer is an https address, or an http one of this machine.", [nameof(Issuer)]);
        }

        if (!TakesKeys && !IsOn)
        {
            yield return new ValidationResult("Without an issuer and a client there would be no way to sign in.", [nameof(TakesKeys)]);
        }
    }
}
