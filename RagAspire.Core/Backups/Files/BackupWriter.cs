using System.Text;
using CliWrap;
using RagAspire.Backups.Signing;
using RagAspire.Backups.Targets;

namespace RagAspire.Backups.Files;

/// <summary>Writes the files of one backup, encrypted and with their checksums.</summary>
/// <param name="expectedBytes">An upper estimate of the size.</param>
public sealed class BackupWriter(
    string backup, long expectedBytes, IBackupTarget target, AgeEncryption encryption, StreamThrottle throttle)
{
    private readonly List<BackupFile> _files = [];

    public IReadOnlyList<BackupFile> Files => _files;

    /// <summary>Writes the output of a command to a file.</summary>
    /// <exception cref="Maintenance.MaintenanceException">A program failed, or the file cannot be written.</exception>
    internal async Task WriteAsync(string name, Command command, CancellationToken cancellationToken)
    {
        var file = encryption.Current is { } extension ? $"{name}.{extension}" : name;
        await target.WriteAsync(
            backup,
            file,
            expectedBytes,
            async stream =>
            {
                using var blocks = new BlockChecksums();
                await using var checksum = new ChecksumStream(stream, throttle, blocks);
                await ToolCommand.RunAsync(
                    encryption.Encrypt(command) | PipeTarget.ToStream(checksum, autoFlush: false), cancellationToken);
                _files.Add(new BackupFile(file, checksum.Bytes, checksum.Sha256()) { Blocks = blocks.Finish() });
            },
            cancellationToken);
    }

    /// <summary>Writes checksums and signature, and then the manifest, which makes the backup complete.</summary>
    /// <returns>The manifest with the id of the key.</returns>
    internal async Task<BackupManifest> PublishAsync(
        BackupManifest manifest, ISigner key, CancellationToken cancellationToken)
    {
        var signed = manifest with { SigningKey = key.Id };
        var json = signed.ToJson();
        var sums = Encoding.ASCII.GetBytes(string.Concat(
            signed.Files.Append(BackupFile.Of(BackupManifest.FileName, json)).Select(file => $"{file.SumsLine}\n")));
        await WriteAsync(BackupManifest.SumsName, sums, cancellationToken);
        await WriteAsync(ManifestSignature.FileName, ManifestSignature.Of(json, key).ToBytes(), cancellationToken);
        await target.PublishAsync(backup, json, cancellationToken);
        return signed;
    }

    private Task WriteAsync(string file, byte[] content, CancellationToken cancellationToken) => target.WriteAsync(
        backup, file, content.Length, stream => stream.WriteAsync(content, cancellationToken).AsTask(), cancellationToken);
}
