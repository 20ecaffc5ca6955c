using System.Buffers;

namespace RagAspire.Client;

/// <summary>A part of a document's text.</summary>
/// <param name="Start">Where it begins in the text, in UTF-16 code units.</param>
/// <param name="HasMore">The text goes on after it.</param>
public sealed record TextWindow(string Text, int Start, bool HasMore)
{
    private const int BufferSize = 16 << 10;

    internal static async Task<TextWindow> ReadAsync(
        TextReader reader, int start, int length, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<char>.Shared.Rent(BufferSize);
        try
        {
            for (var skipped = 0; skipped < start;)
            {
                var most = Math.Min(buffer.Length, start - skipped);
                var read = await reader.ReadAsync(buffer.AsMemory(0, most), cancellationToken);
                if (read == 0)
                {
                    return new TextWindow("", skipped, HasMore: false);
                }

                skipped += read;
            }

            // One more, to know whether there is more.
            var text = new char[length + 1];
            var taken = await reader.ReadBlockAsync(text, cancellationToken);
            return new TextWindow(new string(text, 0, Math.Min(taken, length)), start, taken > length);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(buffer);
        }
    }
}
