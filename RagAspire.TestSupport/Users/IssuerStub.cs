using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace RagAspire.TestSupport.Users;

/// <summary>
/// An issuer of OpenID Connect on a free port: discovery, keys, the code flow with PKCE, refresh tokens that count once, and the
/// end of a session. A browser signs in by choosing a user.
/// </summary>
public sealed class IssuerStub : IAsyncDisposable
{
    public const string Audience = "ragaspire-api";
    public const string ClientId = "ragaspire-web";
    public const string ClientSecret = "a secret that only tests know";

    private static readonly string[] ResponseTypes = ["code"];
    private static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256];

    private readonly WebApplication _app;
    private RSA _key = RSA.Create(2048);

    private IssuerStub(WebApplication app) => (_app, KeyId) = (app, NewKeyId());

    /// <summary>Its name. Another host than the pages of tests have, so that a browser takes it for another site.</summary>
    public string Issuer => $"http://localhost:{new Uri(_app.Urls.First()).Port}";

    /// <summary>Who can sign in, with the groups of each.</summary>
    public Dictionary<string, string[]> Users { get; } = [];

    /// <summary>Lifetime of an access token that the code flow gives.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Discovery and keys are answered with 503.</summary>
    public bool IsAway { get; set; }

    public string KeyId { get; private set; }

    /// <summary>The public key of the present signing key, as text.</summary>
    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>How often access tokens were given for a refresh token.</summary>
    public int Refreshes { get; internal set; }

    public static async Task<IssuerStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new IssuerStub(app);
        app.MapGet("/.well-known/openid-configuration", issuer.Discovery);
        app.MapGet("/keys", issuer.Keys);
        new IssuerFlow(issuer).Map(app);
        await app.StartAsync();
        return issuer;
    }

    /// <summary>Signs with a new key from now on, and publishes only that one.</summary>
    public void Rotate()
    {
        _key.Dispose();
        (_key, KeyId) = (RSA.Create(2048), NewKeyId());
    }

    /// <summary>An access token of a user, right in everything that <paramref name="change"/> leaves.</summary>
    public string Token(string user, string[] groups, Action<SecurityTokenDescriptor>? change = null)
    {
        var token = Describe(user, Audience, Lifetime);
        token.Claims["groups"] = groups;
        change?.Invoke(token);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token);
    }

    internal string IdToken(string user, string? nonce)
    {
        var token = Describe(user, ClientId, Lifetime);
        if (nonce is not null)
        {
            token.Claims["nonce"] = nonce;
        }

        return new JsonWebTokenHandler().CreateToken(token);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private SecurityTokenDescriptor Describe(string user, string audience, TimeSpan lifetime)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + lifetime,
            Subject = new ClaimsIdentity([new Claim("sub", $"id-of-{user}"), new Claim("preferred_username", user)]),
            Claims = new Dictionary<string, object>(),
            SigningCredentials = new SigningCredentials(SigningKey(), SecurityAlgorithms.RsaSha256),
        };
    }

    /// <summary>Without a cache, which would keep a key that was replaced.</summary>
    private RsaSecurityKey SigningKey() => new(_key)
    {
        KeyId = KeyId,
        CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
    };

    private IResult Discovery() => IsAway ? Results.StatusCode(503) : Results.Json(new Dictionary<string, object>
    {
        ["issuer"] = Issuer,
        ["authorization_endpoint"] = $"{Issuer}/authorize",
        ["token_endpoint"] = $"{Issuer}/token",
        ["end_session_endpoint"] = $"{Issuer}/end",
        ["jwks_uri"] = $"{Issuer}/keys",
        ["response_types_supported"] = ResponseTypes,
        ["id_token_signing_alg_values_supported"] = Algorithms,
    });

    private IResult Keys()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return IsAway ? Results.StatusCode(503) : Results.Json(new
        {
            keys = new[]
            {
                new
                {
                    kty = "RSA", use = "sig", alg = "RS256", kid = KeyId,
                    n = Base64UrlEncoder.Encode(parameters.Modulus), e = Base64UrlEncoder.Encode(parameters.Exponent),
                },
            },
        });
    }

    private static string NewKeyId() => Guid.NewGuid().ToString("n");
}
