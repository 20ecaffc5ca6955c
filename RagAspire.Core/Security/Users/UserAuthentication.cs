using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RagAspire.Security.Users;

/// <summary>Authenticates users by the tokens of the issuer, which are sent where an API key is.</summary>
internal sealed class UserAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    UserTokens tokens,
    AuthenticationGuard guard)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "User";

    private UserToken? _token;
    private bool _isThrottled;

    /// <summary>This scheme for a token, null for anything else.</summary>
    public static string? SchemeOf(HttpContext context) =>
        PresentedKey.Of(context.Request) is { } presented
            && context.RequestServices.GetRequiredService<UserTokens>().Takes(presented)
            ? SchemeName
            : null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        _token = await tokens.ReadAsync(PresentedKey.Of(Request) ?? "", Context.RequestAborted);
        if (_token.Rights is { } rights)
        {
            var user = new ClaimsPrincipal(new UserIdentity(rights, SchemeName)).InCall(Context.GetEndpoint()?.Metadata ?? []);
            return AuthenticateResult.Success(new AuthenticationTicket(user, SchemeName));
        }

        _isThrottled = !_token.IsIssuerAway && !guard.MayAsk(Context.Connection.RemoteIpAddress);
        guard.Refused(_isThrottled ? RefusedKeys.Throttled : _token.IsIssuerAway ? RefusedKeys.IssuerAway : RefusedKeys.Token);
        return AuthenticateResult.Fail(_token.Refusal!);
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_isThrottled)
        {
            Refuse(StatusCodes.Status429TooManyRequests, null);
            Response.Headers.RetryAfter = "1";
        }
        else if (_token?.IsIssuerAway == true)
        {
            Refuse(StatusCodes.Status503ServiceUnavailable, _token.Refusal);
            Response.Headers.RetryAfter = "2";
        }
        else
        {
            Refuse(StatusCodes.Status401Unauthorized, _token?.Refusal);
            Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        }

        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Refuse(
            StatusCodes.Status403Forbidden,
            _token?.Rights?.HasAny == true
                ? "None of the groups of this user gives what is required for this call."
                : "None of the groups of this user has rights here.");
        return Task.CompletedTask;
    }

    private void Refuse(int status, string? reason)
    {
        Response.StatusCode = status;
        Context.Features.Set(reason is null ? null : new RefusedCaller(reason));
    }
}

/// <summary>Why a caller was refused, for the body of the response.</summary>
public sealed record RefusedCaller(string Reason);
