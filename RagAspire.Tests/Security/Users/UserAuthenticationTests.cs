using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RagAspire.Security;
using RagAspire.Security.Users;
using RagAspire.TestSupport.Users;

namespace RagAspire.Tests.Security.Users;

/// <summary>Tokens while the issuer cannot be reached.</summary>
public sealed class UserAuthenticationTests
{
    [Fact]
    public async Task While_the_issuer_was_never_reached_a_token_is_told_so_with_503_and_wrong_ones_are_throttled_later()
    {
        await using var issuer = await IssuerStub.StartAsync();
        issuer.IsAway = true;
        await using var services = Services(issuer);
        var token = issuer.Token("ann", ["staff"]);

        Assert.Equal((503, "2"), await ChallengeAsync(services, token));
        issuer.IsAway = false;

        // It is asked again two seconds later, and not by each request.
        Assert.Equal((503, "2"), await ChallengeAsync(services, token));
        services.GetRequiredService<Clock>().Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((200, null), await ChallengeAsync(services, token));

        issuer.IsAway = true;
        Assert.Equal((200, null), await ChallengeAsync(services, token));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal((401, null), await ChallengeAsync(services, token[..^8] + "AAAAAAAA"));
        }

        Assert.Equal((429, "1"), await ChallengeAsync(services, token[..^8] + "AAAAAAAA"));
        Assert.Equal((200, null), await ChallengeAsync(services, token));
    }

    /// <returns>The status and Retry-After of the response; 200 for a user.</returns>
    private static async Task<(int Status, string? After)> ChallengeAsync(IServiceProvider services, string token)
    {
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Headers.Authorization = $"Bearer {token}";
        Assert.Equal(UserAuthentication.SchemeName, UserAuthentication.SchemeOf(context));
        var handler = ActivatorUtilities.CreateInstance<UserAuthentication>(services);
        var scheme = new AuthenticationScheme(UserAuthentication.SchemeName, null, typeof(UserAuthentication));
        await handler.InitializeAsync(scheme, context);
        var result = await handler.AuthenticateAsync();
        if (!result.Succeeded)
        {
            await handler.ChallengeAsync(null);
        }

        return (context.Response.StatusCode, context.Response.Headers.RetryAfter.FirstOrDefault());
    }

    private static ServiceProvider Services(IssuerStub issuer)
    {
        var oidc = new OidcOptions { Issuer = issuer.Issuer, Audience = IssuerStub.Audience };
        oidc.Groups["staff"] = new GroupRights { Scopes = Scopes.Read };
        var clock = new Clock(TimeProvider.System.GetUtcNow());
        return new ServiceCollection()
            .AddLogging()
            .AddHttpClient()
            .AddMetrics()
            .AddSingleton(clock)
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(UrlEncoder.Default)
            .AddOptions()
            .AddSingleton(Options.Create(oidc))
            .AddSingleton(Options.Create(new SecurityOptions { UnknownKeysPerSecondAndAddress = 1 }))
            .AddSingleton<SharedLimits>()
            .AddSingleton<AuthenticationGuard>()
            .AddSingleton<IssuerKeys>()
            .AddSingleton<UserTokens>()
            .BuildServiceProvider();
    }

    private sealed class Clock(DateTimeOffset now) : Microsoft.Extensions.Time.Testing.FakeTimeProvider(now);
}
