using System.Text;
using CliWrap;
using RagAspire.Backups.Targets;

namespace RagAspire.Backups.Files;

/// <summary>Reads the files of one backup, and compares size and checksum of each while it is read.</summary>
public sealed class BackupReader
{
    private const int LongestManifest = 16 << 20;
    private const int BufferBytes = 1 << 17;

    private readonly IBackupTarget _target;
    private readonly AgeEncryption _encryption;
    private readonly StreamThrottle _throttle;

    private BackupReader(BackupManifest manifest, IBackupTarget target, AgeEncryption encryption, StreamThrottle throttle) =>
        (Manifest, _target, _encryption, _throttle) = (manifest, target, encryption, throttle);

    public BackupManifest Manifest { get; }

    /// <summary>Whether the contents can be read here, and not only the checksums.</summary>
    public bool CanDecrypt => _encryption.CanDecrypt(Manifest.Encryption);

    /// <exception cref="DamagedBackupException">The manifest is missing, malformed or changed.</exception>
    public static async Task<BackupReader> OpenAsync(
        string backup,
        IBackupTarget target,
        AgeEncryption encryption,
        StreamThrottle throttle,
        CancellationToken cancellationToken)
    {
        var json = await ReadSmallAsync(backup, BackupManifest.FileName, target, cancellationToken);
        var manifest = BackupManifest.Read(json);
        var sums = Encoding.ASCII.GetString(await ReadSmallAsync(backup, BackupManifest.SumsName, target, cancellationToken));
        if (!sums.Split('\n').Contains(BackupFile.Of(BackupManifest.FileName, json).SumsLine))
        {
            throw new DamagedBackupException(
                $"{BackupManifest.FileName} has another checksum than {BackupManifest.SumsName} says.");
        }

        return manifest.Id == backup
            ? new BackupReader(manifest, target, encryption, throttle)
            : throw new DamagedBackupException($"The manifest belongs to the backup {manifest.Id}.");
    }

    /// <summary>Feeds a command with the decrypted contents of a file, of which it may leave the rest.</summary>
    /// <exception cref="DamagedBackupException">The file is missing, or its size or checksum differs from the
    /// manifest.</exception>
    /// <exception cref="Maintenance.MaintenanceException">A program failed although the file is as it was written.</exception>
    internal async Task ReadAsync(BackupFile file, Command command, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(file, cancellationToken);
        await using var checksum = new ChecksumStream(stream, _throttle);
        var feeding = Task.CompletedTask;
        var source = PipeSource.Create((input, _) => feeding = FeedAsync(checksum, input, cancellationToken));
        try
        {
            await ToolCommand.RunAsync(
                command.WithStandardInputPipe(_encryption.Decrypt(Manifest.Encryption, source)), cancellationToken);
        }
        catch (Exception ex) when (ex is not (OperationCanceledException or DamagedBackupException))
        {
            // A program that reads damaged data fails with an error of its own; the wrong checksum is the better reason.
            await feeding.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CheckAsync(file, checksum, cancellationToken);
            throw;
        }

        await feeding;
        await CheckAsync(file, checksum, cancellationToken);
    }

    /// <summary>Compares a file with its size and checksum, without decrypting it.</summary>
    /// <exception cref="DamagedBackupException">The file is missing, or its size or checksum differs from the
    /// manifest.</exception>
    public async Task CheckAsync(BackupFile file, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(file, cancellationToken);
        await using var checksum = new ChecksumStream(stream, _throttle);
        await CheckAsync(file, checksum, cancellationToken);
    }

    private async Task<Stream> OpenAsync(BackupFile file, CancellationToken cancellationToken) =>
        await _target.OpenAsync(Manifest.Id, file.Name, cancellationToken)
        ?? throw new DamagedBackupException($"{file.Name} is missing.");

    /// <summary>
    /// Copies until the program closes its input. A read is never cancelled by the end of the program, because the rest of
    /// the file is read from there on for the checksum.
    /// </summary>
    private static async Task FeedAsync(Stream file, Stream input, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            try
            {
                await input.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
            catch (Exception ex) when (ex is IOException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static async Task CheckAsync(BackupFile file, ChecksumStream checksum, CancellationToken cancellationToken)
    {
        await checksum.CopyToAsync(Stream.Null, BufferBytes, cancellationToken);
        if (checksum.Bytes != file.Bytes)
        {
            throw new DamagedBackupException(
                $"{file.Name} has {checksum.Bytes} bytes, and had {file.Bytes} when it was written.");
        }

        if (checksum.Sha256() != file.Sha256)
        {
            throw new DamagedBackupException($"{file.Name} has another checksum than when it was written.");
        }
    }

    private static async Task<byte[]> ReadSmallAsync(
        string backup, string file, IBackupTarget target, CancellationToken cancellationToken)
    {
        await using var stream = await target.OpenAsync(backup, file, cancellationToken)
            ?? throw new DamagedBackupException($"{file} is missing.");
        using var memory = new MemoryStream();
        var buffer = new byte[BufferBytes];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0 && memory.Length < LongestManifest;)
        {
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
