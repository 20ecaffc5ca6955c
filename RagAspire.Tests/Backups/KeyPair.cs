using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Pkcs;
using Org.BouncyCastle.Security;
using Org.BouncyCastle.X509;

namespace RagAspire.Tests.Backups;

/// <summary>A new pair of keys, as <c>openssl genpkey -algorithm ed25519</c> and <c>openssl pkey -pubout</c> write it.</summary>
internal sealed record KeyPair(string PrivatePem, string PublicPem)
{
    public static KeyPair New()
    {
        var key = new Ed25519PrivateKeyParameters(new SecureRandom());
        return new KeyPair(
            PemEncoding.WriteString("PRIVATE KEY", PrivateKeyInfoFactory.CreatePrivateKeyInfo(key).GetDerEncoded()),
            PemEncoding.WriteString(
                "PUBLIC KEY", SubjectPublicKeyInfoFactory.CreateSubjectPublicKeyInfo(key.GeneratePublicKey()).GetDerEncoded()));
    }
}
