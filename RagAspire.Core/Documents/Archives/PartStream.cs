namespace RagAspire.Documents.Archives;

/// <summary>A part of an archive whose length is known.</summary>
internal sealed class PartStream(ArchiveInput input, long length, string path) : AsyncStream
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
