using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RagAspire.Security.KeyRing;

/// <summary>Encrypts keys for the database with AES-GCM, by a key that is derived from the secret of the options.</summary>
internal sealed class KeyRingCipher(string secret) : IXmlEncryptor
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, salt: null, info: "RagAspire key ring"u8.ToArray());

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var plain = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var message = new byte[NonceBytes + TagBytes + plain.Length];
        var nonce = message.AsSpan(0, NonceBytes);
        var tag = message.AsSpan(NonceBytes, TagBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Encrypt(nonce, plain, message.AsSpan(NonceBytes + TagBytes), tag);
        return new EncryptedXmlInfo(new XElement("encrypted", Convert.ToBase64String(message)), typeof(KeyRingDecryptor));
    }

    /// <exception cref="CryptographicException">It was encrypted with another secret.</exception>
    public XElement Decrypt(XElement encrypted)
    {
        var message = Convert.FromBase64String(encrypted.Value).AsSpan();
        var plain = new byte[message.Length - NonceBytes - TagBytes];
        using var cipher = new AesGcm(_key, TagBytes);
        cipher.Decrypt(message[..NonceBytes], message[(NonceBytes + TagBytes)..], message.Slice(NonceBytes, TagBytes), plain);
        return XElement.Parse(Encoding.UTF8.GetString(plain));
    }
}

/// <summary>Data protection makes one by the name of the type, which is stored beside each key.</summary>
internal sealed class KeyRingDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        services.GetRequiredService<IOptions<KeyRingOptions>>().Value.Secret is { Length: > 0 } secret
            ? new KeyRingCipher(secret).Decrypt(encryptedElement)
            : throw new CryptographicException("The keys in the database are encrypted, and KeyRing:Secret is not set.");
}
