using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Security;

namespace RagAspire.Backups.Signing;

/// <summary>
/// A private key, which signs manifests with Ed25519. What is signed is the file alone, so that other programs verify it by the
/// public key.
/// </summary>
internal sealed class Ed25519PrivateKey : ISigner
{
    private const string Label = "PRIVATE KEY";

    private readonly Ed25519PrivateKeyParameters _key;
    private readonly Ed25519PublicKey _public;

    private Ed25519PrivateKey(Ed25519PrivateKeyParameters key) =>
        (_key, _public) = (key, new Ed25519PublicKey(key.GeneratePublicKey()));

    public string Id => _public.Id;

    public string Algorithm => _public.Algorithm;

    /// <exception cref="ArgumentException">The text is no private key of Ed25519 in PKCS#8 PEM without a password.</exception>
    public static Ed25519PrivateKey Of(string pem) =>
        Pem.TryDecode(pem, Label, PrivateKeyFactory.CreateKey, out Ed25519PrivateKeyParameters? key)
            ? new Ed25519PrivateKey(key)
            : throw new ArgumentException(
                $"A private key is Ed25519 in PKCS#8 PEM ('BEGIN {Label}') without a password.", nameof(pem));

    public byte[] Sign(byte[] manifest)
    {
        var signer = new Ed25519Signer();
        signer.Init(forSigning: true, _key);
        signer.BlockUpdate(manifest, 0, manifest.Length);
        return signer.GenerateSignature();
    }

    public bool Verifies(byte[] manifest, byte[] signature) => _public.Verifies(manifest, signature);
}
