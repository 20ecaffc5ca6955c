using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RagAspire.Tests.Support;

/// <summary>Certificates that nobody trusts, for tests of their dates.</summary>
internal static class TestCertificate
{
    /// <param name="days">That it is valid for from now on; negative for one that has expired.</param>
    public static X509Certificate2 Create(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        return new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-100), now.AddDays(days));
    }
}
