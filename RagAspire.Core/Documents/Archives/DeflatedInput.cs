namespace RagAspire.Documents.Archives;

/// <summary>Compressed data that tells its end itself, and of which not one byte too many must be taken.</summary>
/// <remarks>
/// The library takes what a read returns, also what follows the end. But after the end comes a signature of ZIP, within the
/// length of a descriptor: up to there data is given in blocks, and byte by byte then.
/// </remarks>
internal sealed class DeflatedInput(ArchiveInput input) : AsyncStream
{
    private const int DescriptorBytes = 24;
    private const int LookAhead = 1 << 14;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await input.FillAsync(LookAhead, cancellationToken);
        if (input.Buffered.IsEmpty || buffer.IsEmpty)
        {
            return 0;
        }

        var count = Math.Clamp(NextSignature(input.Buffered.Span) - DescriptorBytes, 1, buffer.Length);
        count = Math.Min(count, input.Buffered.Length);
        input.Buffered[..count].CopyTo(buffer);
        input.Skip(count);
        return count;
    }

    /// <summary>Where a signature begins, or could begin with bytes that are not there yet.</summary>
    private static int NextSignature(ReadOnlySpan<byte> data)
    {
        for (var from = 0; from < data.Length;)
        {
            var at = data[from..].IndexOf("PK"u8);
            if (at < 0)
            {
                break;
            }

            at += from;
            if (at + 3 >= data.Length || data[(at + 2)..] is [1, 2, ..] or [3, 4, ..] or [5, 6, ..] or [7, 8, ..])
            {
                return at;
            }

            from = at + 2;
        }

        return data.Length - 1;
    }
}
