using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Org.BouncyCastle.Security;

namespace RagAspire.Backups.Signing;

/// <summary>The text form of keys.</summary>
internal static class Pem
{
    /// <summary>Whether a text is a key of some pair, or another object in PEM, and so no shared secret.</summary>
    public static bool IsIn(string text) => text.Contains("-----BEGIN ", StringComparison.Ordinal);

    /// <returns>False for another object, another algorithm, or anything malformed.</returns>
    public static bool TryDecode<TKey>(string text, string label, Func<byte[], object> parse, [NotNullWhen(true)] out TKey? key)
        where TKey : class
    {
        key = null;
        if (!PemEncoding.TryFind(text, out var fields) || !text.AsSpan()[fields.Label].SequenceEqual(label))
        {
            return false;
        }

        try
        {
            key = parse(Convert.FromBase64String(text[fields.Base64Data])) as TKey;
        }
        catch (Exception ex) when (ex is ArgumentException or IOException or InvalidCastException
            or InvalidOperationException or GeneralSecurityException)
        {
            return false;
        }

        return key is not null;
    }
}
