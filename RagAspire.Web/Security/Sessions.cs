using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using RagAspire.Client;

namespace RagAspire.Web.Security;

/// <summary>
/// Sessions of users. The API key, or what an issuer gave for one, is a claim of the cookie's ticket, which is encrypted, and
/// which no script can read; it is in no page and no log.
/// </summary>
internal static class Sessions
{
    public const string SignInPath = "/sign-in";
    public const string DeniedPath = "/denied";
    private const string CookieName = "ragaspire-session";

    public static WebApplicationBuilder AddSessions(this WebApplicationBuilder builder)
    {
        builder.Services.AddValidatedOptions<WebOptions>(WebOptions.Section);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDataProtection().SetApplicationName("RagAspire.Web");
        builder.Services.AddSingleton<IConfigureOptions<KeyManagementOptions>, SecretKeyRingSetup>();
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie();
        builder.Services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<IOptions<WebOptions>>((cookie, web) => Configure(cookie, web.Value));
        builder.Services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Rights.Write, policy => policy.RequireAssertion(context => context.User.May(Rights.Write)))
            .AddPolicy(Rights.Operations, policy => policy.RequireAssertion(context => context.User.May(Rights.Operations)))
            .AddPolicy(Rights.Keys, policy => policy.RequireAssertion(context => context.User.May(Rights.Keys)));
        // A form without its token is told with a page, and is no exception of the server.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.Services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "ragaspire-form";
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        return builder;
    }

    /// <summary>Ends the session; by POST with an antiforgery token, so that no other site can do it.</summary>
    public static void MapSignOut(this WebApplication app) => app.MapPost("/sign-out", SignOutAsync).AllowAnonymous();

    /// <summary>The user of a session with an API key.</summary>
    public static ClaimsPrincipal Principal(CurrentKey key, string secret) => Principal(key, secret, []);

    /// <summary>The user of a session with the tokens of an issuer.</summary>
    internal static ClaimsPrincipal Principal(CurrentKey key, SessionTokens tokens) =>
        Principal(key, tokens.Access, tokens.ToClaims());

    private static ClaimsPrincipal Principal(CurrentKey key, string secret, IEnumerable<Claim> tokens) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, key.Name),
            new Claim(Rights.KeyClaim, secret),
            .. key.Scopes.Select(scope => new Claim(Rights.ScopeClaim, scope)),
            .. (key.Collections ?? []).Select(collection => new Claim(Rights.CollectionClaim, collection)),
            .. tokens,
        ],
        CookieAuthenticationDefaults.AuthenticationScheme));

    private static async Task<IResult> SignOutAsync(
        [FromForm] string? next, HttpContext context, UserSessions users, CancellationToken cancellationToken)
    {
        var back = $"{context.Request.Scheme}://{context.Request.Host}{SignInPath}";
        var end = await users.EndAddressAsync(context.User, back, cancellationToken);
        await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return end is null ? TypedResults.LocalRedirect(SignInPath) : Onward.To(end);
    }

    private static void Configure(CookieAuthenticationOptions cookie, WebOptions web)
    {
        cookie.Cookie.Name = CookieName;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Strict;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        cookie.ExpireTimeSpan = web.SessionLifetime;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = SignInPath;
        cookie.AccessDeniedPath = DeniedPath;
        cookie.ReturnUrlParameter = "next";
    }
}
