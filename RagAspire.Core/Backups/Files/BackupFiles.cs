using System.Text;
using RagAspire.Backups.Targets;

namespace RagAspire.Backups.Files;

/// <summary>Writes the files of one backup: through the cipher and the checksum to their place.</summary>
public sealed class BackupWriter(string backup, IBackupTarget target, Cipher cipher, StreamThrottle pace)
{
    private readonly List<BackupFile> _files = [];

    public IReadOnlyList<BackupFile> Files => _files;

    /// <returns>The name with the cipher's ending.</returns>
    public async Task<string> WriteAsync(string name, Func<Stream, Task> write, CancellationToken cancellationToken)
    {
        var file = cipher.Current is { } ending ? $"{name}.{ending}" : name;
        await target.WriteAsync(
            backup,
            file,
            async stream =>
            {
                await using var measured = new MeasuredStream(stream, pace);
                await cipher.EncryptAsync(write, measured, cancellationToken);
                _files.Add(new BackupFile(file, measured.Bytes, measured.Sha256));
            },
            cancellationToken);
        return file;
    }

    /// <summary>Writes the list of checksums, then the manifest, and with it the backup is there.</summary>
    public async Task PublishAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var json = manifest.ToJson();
        await using var measured = new MeasuredStream(Stream.Null);
        await measured.WriteAsync(json, cancellationToken);
        var sums = Sums([.. manifest.Files, new BackupFile(BackupManifest.FileName, json.Length, measured.Sha256)]);
        await target.WriteAsync(backup, BackupManifest.SumsName, stream => stream.WriteAsync(sums, cancellationToken).AsTask(), cancellationToken);
        await target.PublishAsync(backup, json, cancellationToken);
    }

    private static byte[] Sums(IEnumerable<BackupFile> files) =>
        Encoding.ASCII.GetBytes(string.Concat(files.Select(file => $"{file.Sha256}  {file.Name}\n")));
}

/// <summary>Reads the files of one backup and believes nothing: sizes and checksums are compared while reading.</summary>
public sealed class BackupReader
{
    private readonly IBackupTarget _target;
    private readonly Cipher _cipher;
    private readonly StreamThrottle _pace;

    private BackupReader(BackupManifest manifest, IBackupTarget target, Cipher cipher, StreamThrottle pace) =>
        (Manifest, _target, _cipher, _pace) = (manifest, target, cipher, pace);

    public BackupManifest Manifest { get; }

    /// <summary>Whether the contents can be looked at here, and not only their checksums.</summary>
    public bool CanDecrypt => _cipher.CanRead(Manifest.Encryption);

    /// <exception cref="DamagedBackupException">There is no manifest, or not the one that was written.</exception>
    public static async Task<BackupReader> OpenAsync(
        string backup, IBackupTarget target, Cipher cipher, StreamThrottle pace, CancellationToken cancellationToken)
    {
        var json = await AllAsync(backup, BackupManifest.FileName, target, cancellationToken);
        var manifest = BackupManifest.Read(json);
        var sums = Encoding.ASCII.GetString(await AllAsync(backup, BackupManifest.SumsName, target, cancellationToken));
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json));
        if (!sums.Split('\n').Contains($"{sha256}  {BackupManifest.FileName}"))
        {
            throw new DamagedBackupException($"{BackupManifest.FileName} is not the one that was written: its checksum is another.");
        }

        return manifest.Id == backup
            ? new BackupReader(manifest, target, cipher, pace)
            : throw new DamagedBackupException($"The manifest is that of {manifest.Id}.");
    }

    /// <summary>Reads one file, decrypted; what the reader leaves is read to the end for the checksum.</summary>
    /// <exception cref="DamagedBackupException">The file is missing, shorter, longer or another.</exception>
    public async Task ReadAsync(BackupFile file, Func<Stream, Task> read, CancellationToken cancellationToken)
    {
        await using var stream = await _target.OpenAsync(Manifest.Id, file.Name, cancellationToken)
            ?? throw new DamagedBackupException($"{file.Name} is missing.");
        await using var measured = new MeasuredStream(stream, _pace);
        try
        {
            await _cipher.DecryptAsync(Manifest.Encryption, measured, read, cancellationToken);
        }
        catch (Exception ex) when (ex is not (OperationCanceledException or DamagedBackupException))
        {
            // Whoever reads damaged data stumbles first; that it is damaged is the better reason.
            await CheckAsync(file, measured, cancellationToken);
            throw;
        }

        await CheckAsync(file, measured, cancellationToken);
    }

    /// <summary>Reads one file as it lies there, for its checksum only.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public async Task CheckAsync(BackupFile file, CancellationToken cancellationToken)
    {
        await using var stream = await _target.OpenAsync(Manifest.Id, file.Name, cancellationToken)
            ?? throw new DamagedBackupException($"{file.Name} is missing.");
        await using var measured = new MeasuredStream(stream, _pace);
        await CheckAsync(file, measured, cancellationToken);
    }

    public BackupFile File(string name) => Manifest.Files.FirstOrDefault(file => file.Name == name)
        ?? throw new DamagedBackupException($"The manifest does not list {name}.");

    private static async Task CheckAsync(BackupFile file, MeasuredStream measured, CancellationToken cancellationToken)
    {
        await measured.CopyToAsync(Stream.Null, 1 << 17, cancellationToken);
        if (measured.Bytes != file.Bytes)
        {
            throw new DamagedBackupException($"{file.Name} has {measured.Bytes} bytes and had {file.Bytes} when it was written.");
        }

        if (measured.Sha256 != file.Sha256)
        {
            throw new DamagedBackupException($"{file.Name} is not what was written: its checksum is another.");
        }
    }

    private static async Task<byte[]> AllAsync(string backup, string file, IBackupTarget target, CancellationToken cancellationToken)
    {
        const int limit = 16 << 20;
        await using var stream = await target.OpenAsync(backup, file, cancellationToken)
            ?? throw new DamagedBackupException($"{file} is missing.");
        using var memory = new MemoryStream();
        var buffer = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0 && memory.Length < limit;)
        {
            memory.Write(buffer, 0, read);
        }

        return memory.ToArray();
    }
}
