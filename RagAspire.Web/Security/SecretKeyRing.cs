using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace RagAspire.Web.Security;

/// <summary>
/// A key ring with one key, which follows from a secret: every replica has the same one, and a new secret ends all sessions.
/// Nothing is stored.
/// </summary>
internal sealed class SecretKeyRing(string secret) : IXmlRepository
{
    private const int KeySize = 64;
    private const int IdSize = 16;

    // A key without end: the secret is what is replaced.
    private static readonly DateTimeOffset Begin = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var key = new Secret(Derive("key", KeySize));
        var descriptor = new AuthenticatedEncryptorDescriptor(new AuthenticatedEncryptorConfiguration(), key).ExportToXml();
        return
        [
            new XElement(
                "key",
                new XAttribute("id", new Guid(Derive("id", IdSize))),
                new XAttribute("version", 1),
                Date("creationDate", Begin),
                Date("activationDate", Begin),
                Date("expirationDate", End),
                new XElement(
                    "descriptor",
                    new XAttribute("deserializerType", descriptor.DeserializerType.AssemblyQualifiedName!),
                    descriptor.SerializedDescriptorElement)),
        ];
    }

    public void StoreElement(XElement element, string friendlyName) =>
        throw new NotSupportedException("The key ring follows from the secret, so nothing is stored in it.");

    private static XElement Date(string name, DateTimeOffset at) => new(name, at.ToString("O", CultureInfo.InvariantCulture));

    private byte[] Derive(string purpose, int size) => HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), size, info: Encoding.UTF8.GetBytes($"RagAspire.Web {purpose}"));
}

/// <summary>Uses it where there is a secret.</summary>
internal sealed class SecretKeyRingSetup(IOptions<WebOptions> options) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions keys)
    {
        if (options.Value.Secret is { Length: > 0 } secret)
        {
            keys.XmlRepository = new SecretKeyRing(secret);
            keys.AutoGenerateKeys = false;
        }
    }
}
