using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using RagAspire.Client;
using RagAspire.Web.Security;

namespace RagAspire.Web.Api;

/// <summary>Clients of the API with the key or the token of the session.</summary>
public sealed class ApiAccess(AuthenticationStateProvider authentication, IHttpClientFactory clients, UserSessions sessions)
{
    /// <summary>The client of the present user.</summary>
    public async Task<RagApiClient> ClientAsync()
    {
        var user = await UserAsync();

        // A page may be alive for longer than the token with which it was opened.
        return clients.Of(await sessions.CurrentAsync(user) ?? user);
    }

    public async Task<ClaimsPrincipal> UserAsync() => (await authentication.GetAuthenticationStateAsync()).User;
}

internal static class ApiAccessRegistration
{
    private const string Name = "api";

    public static WebApplicationBuilder AddApiAccess(this WebApplicationBuilder builder)
    {
        // "api" is resolved by service discovery; services__api__http__0 says where it is.
        builder.Services
            .AddHttpClient(Name, http =>
            {
                http.BaseAddress = new Uri("http://api");
                http.Timeout = Timeout.InfiniteTimeSpan;
            })
            .RedactLoggedHeaders(_ => true);
        builder.Services.AddScoped<ApiAccess>();
        return builder;
    }

    public static RagApiClient Of(this IHttpClientFactory clients, ClaimsPrincipal user) =>
        clients.With(user.FindFirstValue(Rights.KeyClaim) ?? "");

    public static RagApiClient With(this IHttpClientFactory clients, string key) => new(clients.CreateClient(Name), key);
}
