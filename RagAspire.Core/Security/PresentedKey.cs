using System.Text;
using Microsoft.AspNetCore.Http;

namespace RagAspire.Security;

/// <summary>
/// The key or token of a request: <c>Authorization: Bearer KEY</c>, <c>X-Api-Key: KEY</c> and, for browsers, Basic with the key
/// as the password.
/// </summary>
internal static class PresentedKey
{
    public static string? Of(HttpRequest request)
    {
        if (request.Headers.TryGetValue(ApiKeyAuthentication.HeaderName, out var header))
        {
            return header.ToString().Trim();
        }

        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return authorization["Bearer ".Length..].Trim();
        }

        return authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) ? Password(authorization["Basic ".Length..]) : null;
    }

    private static string? Password(string encoded)
    {
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.Trim(), bytes, out var length))
        {
            return null;
        }

        var credentials = Encoding.UTF8.GetString(bytes, 0, length);
        return credentials.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? credentials[(colon + 1)..] : null;
    }
}
