using CliWrap;
using RagAspire.Backups.Targets;

namespace RagAspire.Backups.Files;

/// <summary>Reads the files of one backup, and compares them with its manifest while they are read.</summary>
public sealed class BackupReader(
    BackupManifest manifest, IBackupTarget target, AgeEncryption encryption, StreamThrottle throttle)
{
    private const int BufferBytes = 1 << 17;

    public BackupManifest Manifest => manifest;

    /// <summary>Whether the contents can be read here, and not only the checksums.</summary>
    public bool CanDecrypt => encryption.CanDecrypt(manifest.Encryption);

    /// <summary>Feeds a command with the decrypted contents of a file, of which it may leave the rest.</summary>
    /// <exception cref="DamagedBackupException">The file is missing, or its size or checksum differs from the
    /// manifest.</exception>
    /// <exception cref="Maintenance.MaintenanceException">A program failed although the file is as it was written.</exception>
    internal async Task ReadAsync(BackupFile file, Command command, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(file, cancellationToken);
        await using var checksum = new ChecksumStream(stream, throttle);
        var feeding = Task.CompletedTask;
        var source = PipeSource.Create((input, _) => feeding = FeedAsync(file, checksum, input, cancellationToken));
        try
        {
            await ToolCommand.RunAsync(
                command.WithStandardInputPipe(encryption.Decrypt(manifest.Encryption, source)), cancellationToken);
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
        await using var checksum = new ChecksumStream(stream, throttle);
        await CheckAsync(file, checksum, cancellationToken);
    }

    private async Task<Stream> OpenAsync(BackupFile file, CancellationToken cancellationToken) =>
        await target.OpenAsync(manifest.Id, file.Name, cancellationToken)
        ?? throw new DamagedBackupException($"{file.Name} is missing.");

    /// <summary>
    /// Copies until the program closes its input. A read is never cancelled by the end of the program, because the rest of
    /// the file is read from there on for the checksum.
    /// </summary>
    private static async Task FeedAsync(
        BackupFile file, ChecksumStream checksum, Stream input, CancellationToken cancellationToken)
    {
        var next = Blocks(file, checksum);
        for (ReadOnlyMemory<byte> block; !(block = await next(cancellationToken)).IsEmpty;)
        {
            try
            {
                await input.WriteAsync(block, cancellationToken);
            }
            catch (Exception ex) when (ex is IOException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>Blocks that were checked before, where the manifest has their checksums, as all signed ones do.</summary>
    private static Func<CancellationToken, Task<ReadOnlyMemory<byte>>> Blocks(BackupFile file, ChecksumStream checksum)
    {
        if (file.Blocks is { } blocks)
        {
            return new VerifiedStream(checksum, file, blocks).ReadBlockAsync;
        }

        var buffer = new byte[BufferBytes];
        return async cancellationToken => buffer.AsMemory(0, await checksum.ReadAsync(buffer, cancellationToken));
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
}
