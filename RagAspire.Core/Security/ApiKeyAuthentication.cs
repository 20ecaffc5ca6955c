using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Security;

/// <summary>Authenticates the <see cref="PresentedKey"/> of a request. Every scope is a policy of the same name.</summary>
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
        if (PresentedKey.Of(Request) is not { Length: > 0 } presented)
        {
            return AuthenticateResult.NoResult();
        }

        _isThrottled = !keys.IsKnown(presented) && !guard.MayAsk(Context.Connection.RemoteIpAddress);
        if (!_isThrottled && await keys.AuthenticateAsync(presented, Context.RequestAborted) is { } caller)
        {
            return AuthenticateResult.Success(
                new AuthenticationTicket(new ClaimsPrincipal(caller.ToIdentity(SchemeName)), SchemeName));
        }

        guard.Refused(_isThrottled ? RefusedKeys.Throttled : RefusedKeys.Unknown);
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
}
