using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;

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
        services.AddAuthentication(ApiKeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.SchemeName, null);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
        {
            authorization.AddPolicy(
                scope, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.Scope, scope, Scopes.Admin));
        }

        authorization.AddPolicy(
            Policies.WholeSystem, policy => policy.RequireAuthenticatedUser().RequireClaim(CallerClaims.AllCollections, "true"));

        return services;
    }
}
