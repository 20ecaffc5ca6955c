using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Security;

/// <summary>
/// Authenticates <c>Authorization: Bearer KEY</c>, <c>X-Api-Key: KEY</c> and, for browsers, Basic with the key as the
/// password. Every scope is a policy of the same name.
/// </summary>
public sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ApiKeyStore keys,
    AuthenticationGuard guard)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string HeaderName = "X-Api-Key";

    private bool _isThrottled;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Presented() is not { Length: > 0 } presented)
        {
            return AuthenticateResult.NoResult();
        }

        _isThrottled = !keys.IsKnown(presented) && !guard.MayAsk(Context.Connection.RemoteIpAddress);
        if (!_isThrottled && await keys.AuthenticateAsync(presented, Context.RequestAborted) is { } caller)
        {
            return AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(caller.ToIdentity(SchemeName)), SchemeName));
        }

        guard.Refused(_isThrottled);
        return AuthenticateResult.Fail("This API key is unknown.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_isThrottled)
        {
            Response.StatusCode = StatusCodes.Status429TooManyRequests;
            Response.Headers.RetryAfter = "1";
            return Task.CompletedTask;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = new[] { "Bearer", "Basic realm=\"RagAspire\", charset=\"UTF-8\"" };
        return Task.CompletedTask;
    }

    private string? Presented()
    {
        if (Request.Headers.TryGetValue(HeaderName, out var header))
        {
            return header.ToString().Trim();
        }

        var authorization = Request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        return authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? Password(authorization["Basic ".Length..]) : null;
    }

    private static string? Password(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.Trim(), bytes, out var length))
        {
            return null;
        }

        var credentials = Encoding.UTF8.GetString(bytes, 0, length);
        return credentials.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? credentials[(colon + 1)..] : null;
    }
}
