using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using RagAspire.Client;
using RagAspire.Web.Api;

namespace RagAspire.Web.Security;

/// <summary>
/// Replaces the access tokens of sessions shortly before they end. Requests of a session at once replace them once, because a
/// refresh token may count once; and a page that is alive, which cannot set a cookie, leaves the new ones for the next request.
/// </summary>
public sealed partial class UserSessions(
    IOptionsMonitor<OpenIdConnectOptions> issuer, IHttpClientFactory clients, IMemoryCache newest, TimeProvider time,
    ILogger<UserSessions> logger)
{
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    // A cookie is sent again within the lifetime of a session, which slides with it.
    private static readonly TimeSpan Kept = TimeSpan.FromHours(12);

    private readonly ConcurrentDictionary<string, Lazy<Task<ClaimsPrincipal?>>> _refreshing = new();

    /// <returns>The user with tokens that are valid; null when the session is over.</returns>
    public async Task<ClaimsPrincipal?> CurrentAsync(ClaimsPrincipal user)
    {
        if (SessionTokens.Of(user) is not { } tokens)
        {
            return user;
        }

        if (newest.TryGetValue(tokens.Session, out ClaimsPrincipal? newer)
            && SessionTokens.Of(newer!) is { } found && found.Until >= tokens.Until)
        {
            (user, tokens) = (newer!, found);
        }

        if (tokens.Until - time.GetUtcNow() > Margin)
        {
            return user;
        }

        if (tokens.Refresh.Length == 0)
        {
            return IsValid(tokens) ? user : null;
        }

        var refresh = _refreshing.GetOrAdd(tokens.Session, _ => new(() => RefreshAsync(user, tokens)));
        try
        {
            return await refresh.Value;
        }
        finally
        {
            _refreshing.TryRemove(KeyValuePair.Create(tokens.Session, refresh));
        }
    }

    /// <summary>The address at which the issuer ends its own session; null where it has none or cannot be reached.</summary>
    public async Task<string?> EndAddressAsync(ClaimsPrincipal user, string back, CancellationToken cancellationToken)
    {
        if (SessionTokens.Of(user) is not { } tokens)
        {
            return null;
        }

        newest.Remove(tokens.Session);
        try
        {
            var options = issuer.Get(IssuerSignIn.Scheme);
            var known = await KnownAsync(options, cancellationToken);
            return known.EndSessionEndpoint is not { Length: > 0 } address ? null : new OpenIdConnectMessage
            {
                IssuerAddress = address,
                ClientId = options.ClientId,
                IdTokenHint = tokens.Id,
                PostLogoutRedirectUri = back,
            }.CreateLogoutRequestUrl();
        }
        catch (Exception ex) when (ex is InvalidOperationException or HttpRequestException or OperationCanceledException)
        {
            Log.Away(logger, ex);
            return null;
        }
    }

    /// <summary>A session may be older than the setting that took the issuer away.</summary>
    private static Task<OpenIdConnectConfiguration> KnownAsync(
        OpenIdConnectOptions options, CancellationToken cancellationToken) =>
        options.ConfigurationManager?.GetConfigurationAsync(cancellationToken)
        ?? throw new InvalidOperationException("There is no issuer any more.");

    private bool IsValid(SessionTokens tokens) => tokens.Until > time.GetUtcNow();

    private async Task<ClaimsPrincipal?> RefreshAsync(ClaimsPrincipal user, SessionTokens tokens)
    {
        try
        {
            if (await AskAsync(tokens) is not { } fresh)
            {
                return null;
            }

            return newest.Set(
                tokens.Session, await UserOfAsync(user, fresh), new MemoryCacheEntryOptions { SlidingExpiration = Kept });
        }
        catch (Exception ex) when (ex is InvalidOperationException or HttpRequestException or OperationCanceledException)
        {
            Log.Away(logger, ex);
            return IsValid(tokens) ? user : null;
        }
        catch (RagApiException ex) when (ex.Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    /// <returns>Null when the issuer gives no more tokens for this session.</returns>
    private async Task<SessionTokens?> AskAsync(SessionTokens tokens)
    {
        var options = issuer.Get(IssuerSignIn.Scheme);
        var known = await KnownAsync(options, CancellationToken.None);
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "refresh_token"),
            new("refresh_token", tokens.Refresh),
            new("client_id", options.ClientId!),
            new("client_secret", options.ClientSecret ?? ""),
        ]);
        using var response = await options.Backchannel.PostAsync(known.TokenEndpoint, form);
        if (response.StatusCode == HttpStatusCode.BadRequest)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        return tokens.With(new OpenIdConnectMessage(await response.Content.ReadAsStringAsync()), time.GetUtcNow());
    }

    /// <summary>The user with the rights that the new token gives, because groups change.</summary>
    private async Task<ClaimsPrincipal> UserOfAsync(ClaimsPrincipal user, SessionTokens tokens)
    {
        try
        {
            return Sessions.Principal(await clients.With(tokens.Access).KeyAsync(CancellationToken.None), tokens);
        }
        catch (RagApiException ex) when (ex.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
        {
            // The refresh token of before is used up, so the new one is kept while the API is away.
            return Sessions.Principal(
                new CurrentKey(
                    "", user.Identity?.Name ?? "", [.. user.FindAll(Rights.ScopeClaim).Select(claim => claim.Value)],
                    user.Collections() is { Count: > 0 } bound ? bound : null),
                tokens);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The issuer of the web app's users cannot be reached")]
        public static partial void Away(ILogger logger, Exception exception);
    }
}
