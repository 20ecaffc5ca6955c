using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Options;

namespace RagAspire.Security;

/// <summary>
/// Bounds how often keys that were never valid here are looked up, and wrong tokens are told so, for each address and for all of
/// them, so that guessing costs neither the database nor those who have a key.
/// </summary>
public sealed class AuthenticationGuard
{
    public const string MeterName = "RagAspire.Security";

    private readonly SharedLimits _limits;
    private readonly SharedLimit _perAddress;
    private readonly SharedLimit _all;
    private readonly Counter<long> _failures;

    public AuthenticationGuard(SharedLimits limits, IOptions<SecurityOptions> options, IMeterFactory meters)
    {
        _limits = limits;
        _perAddress = Limit("unknown keys of an address", options.Value.UnknownKeysPerSecondAndAddress);
        _all = Limit("unknown keys", options.Value.UnknownKeysPerSecond);
        _failures = meters.Create(MeterName).CreateCounter<long>(
            "rag.authentication.failures", "{request}", "Requests whose key or token was refused, by reason: unknown, token, throttled, issuer");
    }

    /// <summary>Whether a key that is not known may be looked up now.</summary>
    /// <param name="address">Null where there is none, as with a Unix socket.</param>
    public bool MayAsk(IPAddress? address) =>
        _limits.TryTake(_perAddress, $"{address ?? IPAddress.None}") && _limits.TryTake(_all, "");

    /// <param name="reason">One of <see cref="RefusedKeys"/>.</param>
    public void Refused(string reason) => _failures.Add(1, new KeyValuePair<string, object?>("reason", reason));

    private static SharedLimit Limit(string name, int perSecond) => new(name, perSecond, perSecond * 5);
}

/// <summary>Why a key or a token was refused.</summary>
public static class RefusedKeys
{
    public const string Unknown = "unknown";
    public const string Token = "token";
    public const string Throttled = "throttled";
    public const string IssuerAway = "issuer";
}
