using System.Security.Cryptography;
using System.Text;

namespace RagAspire.Backups.Signing;

/// <summary>A secret that signs manifests with HMAC-SHA-256.</summary>
internal sealed class SigningKey : ISigner
{
    /// <summary>A shorter secret could be guessed by a program that has one signed manifest.</summary>
    public const int ShortestSecret = 32;

    public const string Name = "hmac-sha256";

    private const string ManifestPurpose = "ragaspire backup manifest\n";
    private const string IdPurpose = "ragaspire backup key id\n";
    private const int IdBytes = 8;

    private readonly byte[] _secret;

    private SigningKey(byte[] secret)
    {
        _secret = secret;
        Id = Convert.ToHexStringLower(Authenticate(IdPurpose, []).AsSpan(0, IdBytes));
    }

    public string Id { get; }

    public string Algorithm => Name;

    /// <exception cref="ArgumentException">The secret is too short, or a key of a pair, of which one is public.</exception>
    public static SigningKey Of(string secret) => secret.Trim() is { Length: >= ShortestSecret } trimmed && !Pem.IsIn(trimmed)
        ? new SigningKey(Encoding.UTF8.GetBytes(trimmed))
        : throw new ArgumentException(
            $"A signing key has at least {ShortestSecret} characters and is no PEM: a key of a pair belongs into "
            + "Backups:SigningPrivateKey or Backups:TrustedPublicKeys.",
            nameof(secret));

    public byte[] Sign(byte[] manifest) => Authenticate(ManifestPurpose, manifest);

    public bool Verifies(byte[] manifest, byte[] signature) =>
        CryptographicOperations.FixedTimeEquals(Sign(manifest), signature);

    private byte[] Authenticate(string purpose, byte[] content)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);
        hmac.AppendData(Encoding.ASCII.GetBytes(purpose));
        hmac.AppendData(content);
        return hmac.GetHashAndReset();
    }
}
