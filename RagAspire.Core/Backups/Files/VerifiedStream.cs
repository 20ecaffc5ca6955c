using System.Security.Cryptography;

namespace RagAspire.Backups.Files;

/// <summary>
/// Reads a file of a backup block by block, and hands out no byte of a block that differs from its checksum in the manifest. So a
/// file may be replaced at any time: a program sees the bytes that were signed, or an end.
/// </summary>
internal sealed class VerifiedStream(ChecksumStream inner, BackupFile file, IReadOnlyList<string> blocks)
{
    private readonly byte[] _block = new byte[BlockChecksums.BlockBytes];
    private int _next;

    /// <returns>The next block; empty at the end of the file.</returns>
    /// <exception cref="DamagedBackupException">The block differs, or the file ends too early or too late.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadBlockAsync(CancellationToken cancellationToken)
    {
        var read = await inner.ReadAtLeastAsync(_block, _block.Length, throwOnEndOfStream: false, cancellationToken);
        var isLonger = inner.Bytes > file.Bytes;
        if (isLonger || (read < _block.Length && inner.Bytes < file.Bytes))
        {
            throw new DamagedBackupException(
                $"{file.Name} has {(isLonger ? "at least " : "")}{inner.Bytes} bytes, and had {file.Bytes} when it was written.");
        }

        var checksum = Convert.ToHexStringLower(SHA256.HashData(_block.AsSpan(0, read)));
        if (read > 0 && (_next == blocks.Count || checksum != blocks[_next++]))
        {
            throw new DamagedBackupException($"{file.Name} has another checksum than when it was written.");
        }

        return _block.AsMemory(0, read);
    }
}
