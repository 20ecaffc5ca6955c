using System.Globalization;
using System.Security.Claims;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace RagAspire.Web.Security;

/// <summary>What the issuer gave for a session. It is kept like an API key, in the encrypted ticket of the cookie.</summary>
/// <param name="Session">A name of the session that stays when its tokens are replaced.</param>
/// <param name="Access">For the API.</param>
/// <param name="Refresh">Empty where the issuer gives none; the session then ends with the access token.</param>
/// <param name="Id">Tells the issuer whose session ends.</param>
internal sealed record SessionTokens(string Session, string Access, string Refresh, string Id, DateTimeOffset Until)
{
    // Forms are bound to this claim where there is one, and to all claims otherwise, of which some change with the tokens.
    private const string SessionClaim = ClaimTypes.NameIdentifier;
    private const string RefreshClaim = "ragaspire:refresh";
    private const string IdClaim = "ragaspire:id-token";
    private const string UntilClaim = "ragaspire:until";

    private static readonly TimeSpan UnknownLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Null for a session with an API key.</summary>
    public static SessionTokens? Of(ClaimsPrincipal user)
    {
        string Value(string claim) => user.FindFirstValue(claim) ?? "";
        return Value(SessionClaim) is { Length: > 0 } session
            ? new SessionTokens(
                session,
                Value(Rights.KeyClaim),
                Value(RefreshClaim),
                Value(IdClaim),
                DateTimeOffset.FromUnixTimeSeconds(long.Parse(Value(UntilClaim), CultureInfo.InvariantCulture)))
            : null;
    }

    public static SessionTokens Of(OpenIdConnectMessage answer, DateTimeOffset now) => new SessionTokens(
        Guid.NewGuid().ToString("n"), "", "", "", now).With(answer, now);

    /// <summary>The tokens after a refresh, of which those that did not come anew stay.</summary>
    public SessionTokens With(OpenIdConnectMessage answer, DateTimeOffset now) => this with
    {
        Access = answer.AccessToken ?? "",
        Refresh = answer.RefreshToken ?? Refresh,
        Id = answer.IdToken ?? Id,
        Until = now + (int.TryParse(answer.ExpiresIn, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : UnknownLifetime),
    };

    public IEnumerable<Claim> ToClaims() =>
    [
        new(SessionClaim, Session),
        new(RefreshClaim, Refresh),
        new(IdClaim, Id),
        new(UntilClaim, Until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
    ];
}
