using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace RagAspire.Security.Users;

/// <summary>
/// The published keys of the issuer. They are kept while the issuer is away, and no request waits for it longer than a few
/// seconds.
/// </summary>
public sealed partial class IssuerKeys(
    IHttpClientFactory clients, IOptions<OidcOptions> options, TimeProvider time, ILogger<IssuerKeys> logger)
{
    private const long LargestDocument = 1 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    // Without keys no user gets in, so an issuer that comes back is found soon.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(2);

    // A key that the issuer has withdrawn is forgotten after this time.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private Task _asking = Task.CompletedTask;
    private DateTimeOffset? _askedAt;
    private volatile Known? _known;

    /// <summary>The issuer's name and keys; null while it was never reached.</summary>
    public async Task<OpenIdConnectConfiguration?> FindAsync(CancellationToken cancellationToken)
    {
        if (_known is not { } known)
        {
            return await RefreshAsync(cancellationToken);
        }

        if (time.GetUtcNow() - known.At > Lifetime)
        {
            // In the background: what is known counts until then.
            _ = Asking();
        }

        return known.Issuer;
    }

    /// <summary>Asks the issuer again, unless it was asked a moment ago.</summary>
    /// <returns>What is known then.</returns>
    public async Task<OpenIdConnectConfiguration?> RefreshAsync(CancellationToken cancellationToken)
    {
        await Asking().WaitAsync(cancellationToken);
        return _known?.Issuer;
    }

    private Task Asking()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            var pause = _known is null ? FirstRetry : options.Value.KeyRefresh;
            if (_asking.IsCompleted && (_askedAt is not { } at || now - at >= pause))
            {
                _askedAt = now;
                _asking = Task.Run(AskAsync);
            }

            return _asking;
        }
    }

    private async Task AskAsync()
    {
        try
        {
            var issuer = new Uri(options.Value.Issuer);
            using var client = clients.CreateClient(nameof(IssuerKeys));
            client.Timeout = Patience;
            client.MaxResponseContentBufferSize = LargestDocument;
            using var stop = new CancellationTokenSource(Patience);
            var found = await OpenIdConnectConfigurationRetriever.GetAsync(
                $"{options.Value.Issuer.TrimEnd('/')}/.well-known/openid-configuration",
                new HttpDocumentRetriever(client) { RequireHttps = !issuer.IsLoopback },
                stop.Token);
            if (found.Issuer?.TrimEnd('/') != options.Value.Issuer.TrimEnd('/') || found.SigningKeys.Count == 0)
            {
                Log.Unusable(logger, options.Value.Issuer, found.Issuer, found.SigningKeys.Count);
                return;
            }

            _known = new Known(found, time.GetUtcNow());
        }
        catch (Exception ex)
        {
            // Whatever it is, tokens that are signed with known keys go on, and the next request asks again.
            Log.Away(logger, options.Value.Issuer, ex);
        }
    }

    private sealed record Known(OpenIdConnectConfiguration Issuer, DateTimeOffset At);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The keys of the issuer {Issuer} cannot be read")]
        public static partial void Away(ILogger logger, string issuer, Exception exception);

        [LoggerMessage(2, LogLevel.Error, "The issuer {Issuer} calls itself {Name} and has {Keys} keys: its tokens are refused")]
        public static partial void Unusable(ILogger logger, string issuer, string? name, int keys);
    }
}
