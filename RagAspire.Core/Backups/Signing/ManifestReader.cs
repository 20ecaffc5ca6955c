using System.Text;
using RagAspire.Backups.Files;
using RagAspire.Backups.Targets;

namespace RagAspire.Backups.Signing;

/// <summary>Reads the manifest of a backup, and proves by its signature that a system with a known key has written it.</summary>
public sealed class ManifestReader(SigningKeys keys)
{
    private const int LongestManifest = 64 << 20;
    private const int LongestSums = 1 << 20;
    private const int LongestSignature = 1 << 10;
    private const int BufferBytes = 1 << 17;

    private const string Unsigned =
        "The manifest is not signed: an earlier version made the backup, or its signature was removed. A restore by hand accepts "
        + "it with --accept-unsigned.";

    /// <param name="acceptUnsigned">Whether a missing signature, or one with an unknown key, is accepted.</param>
    /// <exception cref="DamagedBackupException">The manifest is missing or malformed, or differs from its checksum.</exception>
    /// <exception cref="UntrustedBackupException">The signature is missing or wrong, or its key is unknown.</exception>
    public async Task<BackupManifest> ReadAsync(
        string backup, IBackupTarget target, bool acceptUnsigned, CancellationToken cancellationToken)
    {
        var json = await RequireAsync(backup, BackupManifest.FileName, LongestManifest, target, cancellationToken);
        var sums = await RequireAsync(backup, BackupManifest.SumsName, LongestSums, target, cancellationToken);
        if (!Encoding.ASCII.GetString(sums).Split('\n').Contains(BackupFile.Of(BackupManifest.FileName, json).SumsLine))
        {
            throw new DamagedBackupException(
                $"{BackupManifest.FileName} has another checksum than {BackupManifest.SumsName} says.");
        }

        var file = await ReadAsync(backup, ManifestSignature.FileName, LongestSignature, target, cancellationToken);
        var key = Trust(json, file, acceptUnsigned);
        var manifest = BackupManifest.Read(json);
        if (manifest.Id != backup)
        {
            throw new DamagedBackupException($"The manifest belongs to the backup {manifest.Id}.");
        }

        if (key is not null && (manifest.SigningKey != key || manifest.Files.Any(entry => entry.Blocks is null)))
        {
            throw new DamagedBackupException("The signed manifest lacks its key or the checksums of blocks.");
        }

        return manifest with { SigningKey = key };
    }

    /// <returns>The id of the key whose signature is right; null for an accepted backup without one.</returns>
    private string? Trust(byte[] json, byte[]? file, bool acceptUnsigned)
    {
        if (file is null)
        {
            return acceptUnsigned ? null : throw Untrusted(json, null, Unsigned);
        }

        if (ManifestSignature.Read(file) is not { } signature)
        {
            throw Untrusted(json, null, $"{ManifestSignature.FileName} is malformed.");
        }

        if (keys.Trusted().FirstOrDefault(signature.IsOf) is not { } known)
        {
            var settings = signature.Algorithm == Ed25519PublicKey.Name
                ? "Backups:TrustedPublicKeys to the public key"
                : "Backups:SigningKeyFile or Backups:FormerSigningKeys to the key";
            return acceptUnsigned ? null : throw Untrusted(
                json, signature.KeyId,
                $"The manifest is signed with the key {signature.KeyId} ({signature.Algorithm}), which is unknown here: set {settings} "
                + "of the system that made the backup.");
        }

        return known.Verifies(json, signature.Value) ? known.Id : throw Untrusted(
            json, signature.KeyId,
            $"The signature with the key {signature.KeyId} is wrong: the manifest was changed after it was signed.");
    }

    /// <summary>What is read from the manifest here is only what it says of itself.</summary>
    private static UntrustedBackupException Untrusted(byte[] json, string? keyId, string reason)
    {
        try
        {
            return new UntrustedBackupException(reason, keyId, BackupManifest.Read(json).Installation);
        }
        catch (DamagedBackupException)
        {
            return new UntrustedBackupException(reason, keyId, installation: null);
        }
    }

    private static async Task<byte[]> RequireAsync(
        string backup, string file, int longest, IBackupTarget target, CancellationToken cancellationToken) =>
        await ReadAsync(backup, file, longest, target, cancellationToken)
        ?? throw new DamagedBackupException($"{file} is missing.");

    private static async Task<byte[]?> ReadAsync(
        string backup, string file, int longest, IBackupTarget target, CancellationToken cancellationToken)
    {
        await using var stream = await target.OpenAsync(backup, file, cancellationToken);
        if (stream is null)
        {
            return null;
        }

        using var memory = new MemoryStream();
        var buffer = new byte[BufferBytes];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0 && memory.Length < longest;)
        {
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
