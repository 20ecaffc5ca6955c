using RagAspire.Extraction;

namespace RagAspire.Documents.Archives;

/// <summary>A stream that is read once, from its beginning to its end, and never blocks a thread.</summary>
public abstract class AsyncStream : ReadOnlyStream
{
    public abstract override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public sealed override int Read(Span<byte> buffer) => throw new NotSupportedException();
}
