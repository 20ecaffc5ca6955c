using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace RagAspire.Security.Users;

/// <summary>What a token says of its user, or why it is refused.</summary>
/// <param name="Rights">Null for a token that is refused.</param>
/// <param name="Refusal">For the caller.</param>
/// <param name="IsIssuerAway">Refused only because the issuer's keys are not known.</param>
internal sealed record UserToken(UserRights? Rights, string? Refusal = null, bool IsIssuerAway = false);

/// <summary>
/// Reads access tokens (JWT) of the issuer: signature by one of its keys, issuer, audience and lifetime. Only asymmetric
/// signatures count, so neither <c>none</c> nor a public key that is taken for a secret gets in.
/// </summary>
internal sealed class UserTokens(IssuerKeys keys, IOptions<OidcOptions> options)
{
    private const int LongestToken = 16 << 10;
    private const int LongestSubject = 255;
    private const int LongestName = 100;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };

    /// <summary>Whether this is a token and no API key. A token begins with the letters of <c>{"</c>.</summary>
    public bool Takes(string presented) =>
        options.Value.IsOn && presented.StartsWith("eyJ", StringComparison.Ordinal) && presented.Count(letter => letter == '.') == 2;

    public async Task<UserToken> ReadAsync(string presented, CancellationToken cancellationToken)
    {
        if (Parse(presented) is not { } token)
        {
            return new UserToken(null, "This is not a token that this API takes.");
        }

        if (await keys.FindAsync(cancellationToken) is not { } issuer)
        {
            return new UserToken(null, "The issuer of the tokens cannot be reached at the moment.", IsIssuerAway: true);
        }

        var result = await ValidateAsync(token, issuer);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException
            && await keys.RefreshAsync(cancellationToken) is { } newer && newer != issuer)
        {
            result = await ValidateAsync(token, newer);
        }

        return !result.IsValid ? new UserToken(null, Reason(result.Exception))
            : UserOf(token) is { } user ? new UserToken(user)
            : new UserToken(null, "The token does not say who its user is.");
    }

    private JsonWebToken? Parse(string presented)
    {
        try
        {
            var token = presented.Length <= LongestToken ? _handler.ReadJsonWebToken(presented) : null;
            return token is not null && Algorithms.Contains(token.Alg) ? token : null;
        }
        catch (Exception ex) when (ex is ArgumentException or SecurityTokenException)
        {
            return null;
        }
    }

    private Task<TokenValidationResult> ValidateAsync(JsonWebToken token, OpenIdConnectConfiguration issuer) =>
        _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer.Issuer,
            ValidAudience = options.Value.Audience,
            IssuerSigningKeys = issuer.SigningKeys,
            ValidAlgorithms = Algorithms,
            ClockSkew = ClockSkew,
        });

    private UserRights? UserOf(JsonWebToken token)
    {
        var subject = token.Subject;
        if (subject is not { Length: > 0 and <= LongestSubject } || Plain(subject) != subject)
        {
            return null;
        }

        var name = Plain(First(token, options.Value.NameClaim) ?? "");
        var id = Caller.UserPrefix + subject;
        var shown = name.Length == 0 || name == subject ? subject : $"{name[..Math.Min(name.Length, LongestName)]} ({subject})";
        var groups = token.Claims.Where(claim => claim.Type == options.Value.GroupsClaim)
            .Select(claim => claim.Value).ToHashSet(StringComparer.Ordinal);
        return new UserRights(id, shown, options.Value.Groups
            .Where(row => groups.Contains(row.Value.Claim.Length > 0 ? row.Value.Claim : row.Key))
            .Select(row => row.Value.ToCaller(id, shown)));
    }

    private static string? First(JsonWebToken token, string claim) =>
        token.Claims.FirstOrDefault(found => found.Type == claim)?.Value;

    /// <summary>Without what is no letter to a reader, and what PostgreSQL does not store.</summary>
    private static string Plain(string text) => string.Concat(text.Where(letter => char.GetUnicodeCategory(letter)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)));

    private static string Reason(Exception? exception) => exception switch
    {
        SecurityTokenExpiredException => "The token has expired.",
        SecurityTokenNotYetValidException => "The token is not valid yet.",
        SecurityTokenInvalidAudienceException => "The token is for another audience.",
        SecurityTokenInvalidIssuerException => "The token is of another issuer.",
        SecurityTokenSignatureKeyNotFoundException => "The token is signed with a key that the issuer does not publish.",
        SecurityTokenInvalidSignatureException => "The signature of the token is wrong.",
        _ => "The token is not valid.",
    };
}
