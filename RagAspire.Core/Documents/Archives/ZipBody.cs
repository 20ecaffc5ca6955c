namespace RagAspire.Documents.Archives;

/// <summary>The bytes of a file in a ZIP archive, checked against their checksum at the end.</summary>
/// <param name="content">The bytes without compression.</param>
/// <param name="part">The bytes as they are in the archive, where their length is known.</param>
internal sealed class ZipBody(ZipHeader header, Stream content, PartStream? part = null) : AsyncStream
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];

    private uint _checksum = uint.MaxValue;
    private bool _isAtEnd;

    /// <exception cref="ArchiveEntryException">The file is damaged, and the archive goes on after it.</exception>
    /// <exception cref="ArchiveException">The archive is damaged.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await content.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException ex)
        {
            throw part is null
                ? new ArchiveException($"The archive is damaged in the middle of '{header.Path}'.", ex)
                : new ArchiveEntryException("It is damaged in the archive.", ex);
        }

        Add(buffer.Span[..read]);
        _isAtEnd |= read == 0 && !buffer.IsEmpty;
        return _isAtEnd && !header.HasDescriptor && ~_checksum != header.Checksum
            ? throw new ArchiveEntryException("It is damaged in the archive: its checksum is wrong.")
            : read;
    }

    /// <summary>Moves to the end of the file in the archive, by decompression only where its length is not known.</summary>
    public async Task SkipAsync(CancellationToken cancellationToken)
    {
        if (part is not null)
        {
            await part.SkipAsync(cancellationToken);
            return;
        }

        var buffer = new byte[1 << 13];
        while (!_isAtEnd && await ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var one in bytes)
        {
            _checksum = Table[(byte)(_checksum ^ one)] ^ (_checksum >> 8);
        }
    }

    private static uint Entry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) != 0 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1;
        }

        return value;
    }
}
