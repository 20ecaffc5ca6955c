using Microsoft.Extensions.Configuration;

namespace RagAspire.AppHost;

/// <summary>Passes the settings <c>Oidc</c> of the AppHost on to the services, also to published ones.</summary>
internal static class IdentityProvider
{
    private const string Section = "Oidc";
    private const string Secret = $"{Section}:ClientSecret";

    public static IResourceBuilder<ProjectResource> WithIdentityProvider(this IResourceBuilder<ProjectResource> service)
    {
        foreach (var (name, value) in service.ApplicationBuilder.Configuration.GetSection(Section).AsEnumerable())
        {
            if (value is not null && name != Secret)
            {
                service.WithEnvironment(name.Replace(":", "__", StringComparison.Ordinal), value);
            }
        }

        return service;
    }

    /// <summary>With the secret of the web app at the issuer, which a deployment asks for.</summary>
    public static IResourceBuilder<ProjectResource> WithIssuerClient(this IResourceBuilder<ProjectResource> web)
    {
        var builder = web.ApplicationBuilder;
        return builder.Configuration[Secret] is { Length: > 0 } secret
            ? web.WithIdentityProvider().WithEnvironment(
                "Oidc__ClientSecret", builder.AddParameter("oidc-client-secret", secret, publishValueAsDefault: false, secret: true))
            : web.WithIdentityProvider();
    }
}
