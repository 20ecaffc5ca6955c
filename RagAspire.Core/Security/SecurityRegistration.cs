using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using RagAspire.Security.Users;

namespace RagAspire.Security;

internal static class SecurityRegistration
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddValidatedOptions<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuthenticationGuard>();
        services.AddSingleton<SharedLimits>();
        services.AddHostedService<SharedLimitExchange>();
        services.AddUsers();
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(
                ApiKeyAuthentication.SchemeName, scheme => scheme.ForwardDefaultSelector = UserAuthentication.SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, UserAuthentication>(UserAuthentication.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder().SetDefaultPolicy(
            new AuthorizationPolicyBuilder().RequireAuthenticatedUser().RequireClaim(CallerClaims.Scope).Build());
        foreach (var scope in Scopes.All)
        {
            authorization.AddPolicy(
                scope, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.Scope, scope, Scopes.Admin));
        }

        authorization.AddPolicy(
            Policies.WholeSystem, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.AllCollections, "true"));

        return services;
    }

    private static void AddUsers(this IServiceCollection services)
    {
        services.AddValidatedOptions<OidcOptions>(OidcOptions.Section);
        services.AddHttpClient(nameof(IssuerKeys)).ConfigurePrimaryHttpMessageHandler(
            () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<UserTokens>();
    }
}
