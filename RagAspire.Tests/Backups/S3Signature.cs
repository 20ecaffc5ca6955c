using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace RagAspire.Tests.Backups;

/// <summary>
/// Checks a request's signature as S3 does (AWS Signature Version 4), so that a client that signs wrongly is refused.
/// </summary>
internal static partial class S3Signature
{
    /// <returns>The protocol's word for what is wrong; null when the request is signed.</returns>
    public static string? Problem(HttpRequest request, byte[] body, string secret)
    {
        var claim = Authorization().Match(request.Headers.Authorization.ToString());
        if (!claim.Success)
        {
            return "AccessDenied";
        }

        var bodyHash = request.Headers["x-amz-content-sha256"].ToString();
        if (bodyHash != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return "XAmzContentSHA256Mismatch";
        }

        var scope = claim.Groups["scope"].Value;
        var signedHeaders = claim.Groups["headers"].Value;
        var headers = string.Concat(signedHeaders.Split(';').Select(name => $"{name}:{Spaces().Replace(request.Headers[name].ToString().Trim(), " ")}\n"));
        var query = string.Join('&', request.Query
            .Select(pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value.ToString())}").Order(StringComparer.Ordinal));
        var path = string.Join('/', request.Path.Value!.Split('/').Select(Uri.EscapeDataString));
        var canonical = $"{request.Method}\n{path}\n{query}\n{headers}\n{signedHeaders}\n{bodyHash}";
        var text = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), Sign);
        return Convert.ToHexStringLower(Sign(key, text)) == claim.Groups["signature"].Value ? null : "SignatureDoesNotMatch";
    }

    private static byte[] Sign(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(@"^AWS4-HMAC-SHA256 Credential=access/(?<scope>[^,]+), ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]+)$")]
    private static partial Regex Authorization();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
