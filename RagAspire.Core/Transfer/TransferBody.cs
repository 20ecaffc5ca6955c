using RagAspire.Documents.Archives;

namespace RagAspire.Transfer;

/// <summary>The bytes of an entry, with failures as those of a transfer.</summary>
internal sealed class TransferBody(ArchiveEntry entry) : AsyncStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await entry.Body.ReadAsync(buffer, cancellationToken);
        }
        catch (ArchiveException ex)
        {
            throw new TransferException(ex.Message, ex);
        }
        catch (ArchiveEntryException ex)
        {
            throw new TransferException($"The archive is damaged: {entry.Path}: {ex.Message}", ex);
        }
    }
}
