using RagAspire.Extraction;

namespace RagAspire.Extractor;

/// <summary>A part of a seekable stream. Several slices of one stream may be read alternately.</summary>
internal sealed class StreamSlice(Stream stream, long start, long length) : ReadOnlyStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - _position);
        if (count <= 0)
        {
            return 0;
        }

        stream.Position = start + _position;
        count = stream.Read(buffer[..count]);
        _position += count;
        return count;
    }
}
