using System.Text;
using CliWrap;
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
                await using var checksum = new ChecksumStream(stream, throttle);
                await ToolCommand.RunAsync(
                    encryption.Encrypt(command) | PipeTarget.ToStream(checksum, autoFlush: false), cancellationToken);
                _files.Add(new BackupFile(file, checksum.Bytes, checksum.Sha256()));
            },
            cancellationToken);
    }

    /// <summary>Writes the list of checksums and then the manifest, which makes the backup complete.</summary>
    public async Task PublishAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var json = manifest.ToJson();
        var sums = Encoding.ASCII.GetBytes(string.Concat(
            manifest.Files.Append(BackupFile.Of(BackupManifest.FileName, json)).Select(file => $"{file.SumsLine}\n")));
        await target.WriteAsync(
            backup,
            BackupManifest.SumsName,
            sums.Length,
            stream => stream.WriteAsync(sums, cancellationToken).AsTask(),
            cancellationToken);
        await target.PublishAsync(backup, json, cancellationToken);
    }
}
