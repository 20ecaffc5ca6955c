using System.Text;
using System.Text.RegularExpressions;

namespace RagAspire.Backups.Signing;

/// <summary>The line in a backup's file <c>manifest.sig</c>: algorithm, id of the key, and the signature of all bytes of the
/// manifest.</summary>
internal sealed partial record ManifestSignature(string Algorithm, string KeyId, byte[] Value)
{
    public const string FileName = "manifest.sig";

    public static ManifestSignature Of(byte[] manifest, ISigner key) => new(key.Algorithm, key.Id, key.Sign(manifest));

    /// <summary>Whether it says to be of a key. The algorithm is compared too: no key is used with that of another.</summary>
    public bool IsOf(IVerifier key) => key.Algorithm == Algorithm && key.Id == KeyId;

    public byte[] ToBytes() => Encoding.ASCII.GetBytes($"{Algorithm} {KeyId} {Convert.ToHexStringLower(Value)}\n");

    /// <returns>Null for anything else.</returns>
    public static ManifestSignature? Read(byte[] file) =>
        Line().Match(Encoding.ASCII.GetString(file)) is { Success: true } line
            ? new ManifestSignature(
                line.Groups["algorithm"].Value, line.Groups["key"].Value, Convert.FromHexString(line.Groups["value"].ValueSpan))
            : null;

    [GeneratedRegex(
        $@"\A(?<algorithm>{SigningKey.Name}|{Ed25519PublicKey.Name}) (?<key>[0-9a-f]{{16}}) (?<value>([0-9a-f]{{64}}){{1,2}})\n?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}

/// <summary>Where a backup comes from cannot be proved; the message says why.</summary>
/// <param name="keyId">The id of the key with which it says to be signed; null without a signature.</param>
/// <param name="installation">The system that it says to be from, which nothing proves; null where it cannot be read.</param>
public sealed class UntrustedBackupException(string reason, string? keyId, Guid? installation) : Exception(reason)
{
    public string? KeyId => keyId;

    public Guid? Installation => installation;
}
