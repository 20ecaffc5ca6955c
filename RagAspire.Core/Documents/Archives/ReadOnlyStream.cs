namespace RagAspire.Documents.Archives;

/// <summary>A stream that is read once, from its beginning to its end, and never blocks a thread.</summary>
public abstract class ReadOnlyStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>A part of an archive whose length is known.</summary>
internal sealed class PartStream(ArchiveInput input, long length, string path) : ReadOnlyStream
{
    private long _left = length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        var read = await input.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        if (read == 0)
        {
            throw new ArchiveException($"The archive ends in the middle of '{path}', at byte {input.Offset}.");
        }

        _left -= read;
        return read;
    }

    /// <summary>Moves to the end of the part.</summary>
    public async Task SkipAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 13];
        while (await ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
