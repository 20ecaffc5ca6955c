using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using RagAspire.Client;
using RagAspire.Web.Api;

namespace RagAspire.Web.Security;

/// <summary>
/// Sign-in at an issuer by the code flow with PKCE. The access token takes the place of the API key in the session.
/// </summary>
internal static partial class IssuerSignIn
{
    public const string Scheme = OpenIdConnectDefaults.AuthenticationScheme;
    public const string Path = "/sign-in/issuer";
    private const string CallbackPath = "/sign-in/callback";
    private const string SignedInPath = "/signed-in";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static WebApplicationBuilder AddIssuerSignIn(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<IssuerOptions>(IssuerOptions.Section);
        builder.Services.AddMemoryCache();
        builder.Services.AddSingleton<UserSessions>();
        if (builder.Configuration.GetSection(IssuerOptions.Section).Get<IssuerOptions>()?.IsOn == true)
        {
            builder.Services.AddAuthentication().AddOpenIdConnect();
            builder.Services.AddOptions<OpenIdConnectOptions>(Scheme)
                .Configure<IOptions<IssuerOptions>>((oidc, issuer) => Configure(oidc, issuer.Value));
            builder.Services.Configure<CookieAuthenticationOptions>(
                CookieAuthenticationDefaults.AuthenticationScheme, cookie => cookie.Events.OnValidatePrincipal = ValidateAsync);
        }

        return builder;
    }

    public static void MapIssuerSignIn(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<IssuerOptions>>().Value.IsOn)
        {
            app.MapGet(Path, ChallengeAsync).AllowAnonymous();
            app.MapGet(SignedInPath, ([FromQuery] string? next) => Onward.To(Onward.Local(next))).AllowAnonymous();
        }
    }

    private static void Configure(OpenIdConnectOptions oidc, IssuerOptions issuer)
    {
        oidc.Authority = issuer.Issuer;
        oidc.RequireHttpsMetadata = !new Uri(issuer.Issuer).IsLoopback;
        oidc.ClientId = issuer.ClientId;
        oidc.ClientSecret = issuer.ClientSecret;
        oidc.Resource = issuer.Resource.Length > 0 ? issuer.Resource : null;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        oidc.CallbackPath = CallbackPath;
        oidc.SignInScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        oidc.MapInboundClaims = false;
        oidc.BackchannelTimeout = Patience;
        oidc.Scope.Clear();
        foreach (var scope in issuer.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            oidc.Scope.Add(scope);
        }

        // The answer is an address, with which a browser sends lax cookies. One by a form would need cookies for all sites.
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        foreach (var cookie in new[] { oidc.CorrelationCookie, oidc.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        // Sessions end by the form of the pages, and by no address that another site could open.
        oidc.RemoteSignOutPath = default;
        oidc.SignedOutCallbackPath = default;
        oidc.Events.OnTokenValidated = ValidatedAsync;
        oidc.Events.OnRemoteFailure = FailedAsync;
        oidc.Events.OnTicketReceived = context =>
        {
            context.ReturnUri = $"{SignedInPath}?next={Uri.EscapeDataString(Onward.Local(context.ReturnUri))}";
            return Task.CompletedTask;
        };
    }

    private static async Task ChallengeAsync([FromQuery] string? next, HttpContext context, ILogger<UserSessions> logger)
    {
        try
        {
            await context.ChallengeAsync(Scheme, new AuthenticationProperties { RedirectUri = Onward.Local(next) });
        }
        catch (Exception ex) when (ex is InvalidOperationException or HttpRequestException)
        {
            Log.Failed(logger, ex);
            context.Response.Redirect(Refusal("issuer"));
        }
    }

    private static async Task ValidatedAsync(TokenValidatedContext context)
    {
        var services = context.HttpContext.RequestServices;
        var tokens = SessionTokens.Of(context.TokenEndpointResponse!, services.GetRequiredService<TimeProvider>().GetUtcNow());
        try
        {
            var key = await services.GetRequiredService<IHttpClientFactory>().With(tokens.Access)
                .KeyAsync(context.HttpContext.RequestAborted);
            context.Principal = Sessions.Principal(key, tokens);
        }
        catch (RagApiException ex)
        {
            Log.Refused(services.GetRequiredService<ILogger<UserSessions>>(), ex);
            context.HandleResponse();
            context.Response.Redirect(Refusal(ex.Status switch
            {
                HttpStatusCode.Forbidden => "rights",
                HttpStatusCode.Unauthorized => "issuer",
                _ => "away",
            }));
        }
    }

    private static Task FailedAsync(RemoteFailureContext context)
    {
        Log.Failed(context.HttpContext.RequestServices.GetRequiredService<ILogger<UserSessions>>(), context.Failure);
        context.HandleResponse();
        context.Response.Redirect(Refusal("issuer"));
        return Task.CompletedTask;
    }

    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var user = context.Principal ?? new ClaimsPrincipal();
        var services = context.HttpContext.RequestServices;

        // A session that began with a key, before none was taken any more, ends.
        var isTaken = services.GetRequiredService<IOptions<IssuerOptions>>().Value.TakesKeys
            || SessionTokens.Of(user) is not null;
        var current = isTaken ? await services.GetRequiredService<UserSessions>().CurrentAsync(user) : null;
        if (current is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        }
        else if (current != user)
        {
            context.ReplacePrincipal(current);
            context.ShouldRenew = true;
        }
    }

    private static string Refusal(string reason) => $"{Sessions.SignInPath}?failed={reason}";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Sign-in at the issuer failed")]
        public static partial void Failed(ILogger logger, Exception? exception);

        [LoggerMessage(2, LogLevel.Warning, "The API did not take the token of a user")]
        public static partial void Refused(ILogger logger, Exception exception);
    }
}
