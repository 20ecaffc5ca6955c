using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace RagAspire.Backups.Signing;

/// <summary>A public key, which verifies signatures of its private key and cannot make one.</summary>
internal sealed class Ed25519PublicKey : IVerifier
{
    public const string Name = "ed25519";

    private const string Label = "PUBLIC KEY";
    private const int IdBytes = 8;

    private readonly Ed25519PublicKeyParameters _key;

    public Ed25519PublicKey(Ed25519PublicKeyParameters key)
    {
        _key = key;
        var encoded = SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key).GetDerEncoded();
        Id = Convert.ToHexStringLower(SHA256.HashData(encoded).AsSpan(0, IdBytes));
    }

    public string Id { get; }

    public string Algorithm => Name;

    /// <exception cref="ArgumentException">The text is no public key of Ed25519 in PEM.</exception>
    public static Ed25519PublicKey Of(string pem) =>
        Pem.TryDecode(pem, Label, PublicKeyFactory.CreateKey, out Ed25519PublicKeyParameters? key)
            ? new Ed25519PublicKey(key)
            : throw new ArgumentException($"A public key is Ed25519 in PEM ('BEGIN {Label}').", nameof(pem));

    public bool Verifies(byte[] manifest, byte[] signature)
    {
        var verifier = new Ed25519Signer();
        verifier.Init(forSigning: false, _key);
        verifier.BlockUpdate(manifest, 0, manifest.Length);
        return signature.Length == Ed25519PrivateKeyParameters.SignatureSize && verifier.VerifySignature(signature);
    }
}
