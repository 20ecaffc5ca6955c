using System.ComponentModel.DataAnnotations;

namespace RagAspire.Backups.Signing;

/// <summary>The rules of the settings of keys. What is in files is read when it is needed.</summary>
internal static class SigningSettings
{
    public static IEnumerable<ValidationResult> Validate(BackupOptions options)
    {
        string?[] own = [options.SigningKey, options.SigningKeyFile, options.SigningPrivateKey, options.SigningPrivateKeyFile];
        if (own.Count(setting => !string.IsNullOrEmpty(setting)) > 1)
        {
            yield return new ValidationResult(
                "More than one of Backups:SigningKey, SigningKeyFile, SigningPrivateKey and SigningPrivateKeyFile is set: keep one, "
                + "and move an earlier secret to Backups:FormerSigningKeys.",
                [nameof(options.SigningKey)]);
        }

        if (!IsKey(options.SigningKey, SigningKey.Of) || !options.FormerSigningKeys.All(key => IsKeyOrFile(key, SigningKey.Of)))
        {
            yield return new ValidationResult(
                $"A key in Backups:SigningKey or Backups:FormerSigningKeys has less than {SigningKey.ShortestSecret} characters, is a "
                + "key of a pair, or names a file that does not exist.",
                [nameof(options.SigningKey)]);
        }

        if (!IsKey(options.SigningPrivateKey, Ed25519PrivateKey.Of))
        {
            yield return new ValidationResult(
                "Backups:SigningPrivateKey is no private key of Ed25519 in PKCS#8 PEM without a password.",
                [nameof(options.SigningPrivateKey)]);
        }

        if (!options.TrustedPublicKeys.All(key => IsKeyOrFile(key, Ed25519PublicKey.Of)))
        {
            yield return new ValidationResult(
                "A key in Backups:TrustedPublicKeys is no public key of Ed25519 in PEM, or names a file that does not exist.",
                [nameof(options.TrustedPublicKeys)]);
        }
    }

    private static bool IsKeyOrFile(string keyOrFile, Func<string, object> parse) =>
        File.Exists(keyOrFile) || IsKey(keyOrFile, parse);

    private static bool IsKey(string? key, Func<string, object> parse)
    {
        try
        {
            return string.IsNullOrEmpty(key) || parse(key) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
