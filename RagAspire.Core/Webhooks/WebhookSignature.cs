using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace RagAspire.Webhooks;

/// <summary>
/// The signature of the Standard Webhooks specification: HMAC-SHA-256 over id, time and body, so that neither an old message
/// nor a changed one passes.
/// </summary>
public static class WebhookSignature
{
    private const string Prefix = "whsec_";

    /// <param name="timestamp">Unix time in seconds.</param>
    /// <returns>The value of the header <c>webhook-signature</c>.</returns>
    public static string Of(string secret, string id, long timestamp, string body)
    {
        var key = KeyOf(secret) ?? throw new ArgumentException("The secret is not valid.", nameof(secret));
        var signed = FormattableString.Invariant($"{id}.{timestamp}.{body}");
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)))}";
    }

    /// <summary>The bytes of a secret; null when what follows <c>whsec_</c> is not base64.</summary>
    internal static byte[]? KeyOf(string secret)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(secret);
        }

        var encoded = secret[Prefix.Length..];
        return Base64.IsValid(encoded) ? Convert.FromBase64String(encoded) : null;
    }
}
