namespace RagAspire.Documents.Archives;

/// <summary>An archive as it arrives, with a look at what comes next.</summary>
internal sealed class ArchiveInput(Stream inner) : AsyncStream
{
    private const int BufferBytes = 1 << 16;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _from;
    private int _until;
    private long _read;

    /// <summary>The bytes from the start of the archive to what comes next.</summary>
    public long Offset => _read - (_until - _from);

    /// <summary>What was received and not yet taken.</summary>
    public ReadOnlyMemory<byte> Buffered => _buffer.AsMemory(_from, _until - _from);

    /// <summary>Receives until so many bytes are there, or the archive ends.</summary>
    /// <param name="count">At most 32 KiB.</param>
    public async ValueTask FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_until - _from >= count)
        {
            return;
        }

        Buffered.CopyTo(_buffer);
        (_from, _until) = (0, _until - _from);
        while (_until < count)
        {
            var read = await ReceiveAsync(_buffer.AsMemory(_until), cancellationToken);
            if (read == 0)
            {
                return;
            }

            _until += read;
        }
    }

    public void Skip(int count) => _from += count;

    /// <exception cref="ArchiveException">The archive ends before.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(int count, string what, CancellationToken cancellationToken)
    {
        await FillAsync(count, cancellationToken);
        if (_until - _from < count)
        {
            throw new ArchiveException($"The archive ends in the middle of {what}, at byte {_read}.");
        }

        var taken = _buffer.AsMemory(_from, count);
        _from += count;
        return taken;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_from == _until)
        {
            return buffer.IsEmpty ? 0 : await ReceiveAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _until - _from);
        _buffer.AsMemory(_from, count).CopyTo(buffer);
        _from += count;
        return count;
    }

    private async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await inner.ReadAsync(buffer, cancellationToken);
            _read += read;
            return read;
        }
        catch (InvalidDataException ex)
        {
            throw new ArchiveException($"The archive is damaged at byte {_read}: {ex.Message}", ex);
        }
    }
}
