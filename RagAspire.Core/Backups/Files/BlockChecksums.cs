using System.Security.Cryptography;

namespace RagAspire.Backups.Files;

/// <summary>The SHA-256 of each block of a file that is written in pieces of any size.</summary>
internal sealed class BlockChecksums : IDisposable
{
    /// <summary>
    /// One block is held in memory while it is checked, and a throttled reader pauses between blocks. The list of a file of
    /// 100 GiB has 8 MB.
    /// </summary>
    public const int BlockBytes = 1 << 20;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _blocks = [];
    private int _filled;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, BlockBytes - _filled)];
            _hash.AppendData(part);
            _filled += part.Length;
            bytes = bytes[part.Length..];
            if (_filled == BlockBytes)
            {
                EndBlock();
            }
        }
    }

    /// <summary>The checksums in hexadecimal digits, of the last block too, which may be shorter.</summary>
    public IReadOnlyList<string> Finish()
    {
        if (_filled > 0)
        {
            EndBlock();
        }

        return _blocks;
    }

    public void Dispose() => _hash.Dispose();

    private void EndBlock()
    {
        _blocks.Add(Convert.ToHexStringLower(_hash.GetHashAndReset()));
        _filled = 0;
    }
}
