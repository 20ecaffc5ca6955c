using System.Buffers;
using System.Buffers.Binary;
using RagAspire.Backups.Files;

namespace RagAspire.Backups.Dumps;

/// <summary>PostgreSQL's binary COPY format, as far as it takes to count rows and to see that all are whole.</summary>
internal static class CopyFormat
{
    private const int FlagsAndExtension = 8;
    private static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8];

    /// <exception cref="DamagedBackupException">It is not the format, or ends too early.</exception>
    public static async Task<long> CountAsync(Stream stream, int columns, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            await ReadAsync(stream, buffer, Signature.Length + FlagsAndExtension, cancellationToken);
            if (!buffer.AsSpan(0, Signature.Length).SequenceEqual(Signature))
            {
                throw new DamagedBackupException("A table's file does not begin as COPY's format does.");
            }

            await SkipAsync(stream, buffer, BinaryPrimitives.ReadInt32BigEndian(buffer.AsSpan(Signature.Length + 4)), cancellationToken);
            var rows = 0L;
            while (await NextRowAsync(stream, buffer, columns, cancellationToken))
            {
                rows++;
            }

            return rows;
        }
        catch (Exception ex) when (ex is EndOfStreamException or InvalidDataException)
        {
            throw new DamagedBackupException("A table's file ends in the middle of a row, or cannot be unpacked.", ex);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<bool> NextRowAsync(Stream stream, byte[] buffer, int columns, CancellationToken cancellationToken)
    {
        await ReadAsync(stream, buffer, sizeof(short), cancellationToken);
        var fields = BinaryPrimitives.ReadInt16BigEndian(buffer);
        if (fields == -1)
        {
            return false;
        }

        if (fields != columns)
        {
            throw new DamagedBackupException($"A row has {fields} columns and should have {columns}.");
        }

        for (var field = 0; field < fields; field++)
        {
            await ReadAsync(stream, buffer, sizeof(int), cancellationToken);
            await SkipAsync(stream, buffer, Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(buffer)), cancellationToken);
        }

        return true;
    }

    private static ValueTask ReadAsync(Stream stream, byte[] buffer, int count, CancellationToken cancellationToken) =>
        stream.ReadExactlyAsync(buffer.AsMemory(0, count), cancellationToken);

    private static async Task SkipAsync(Stream stream, byte[] buffer, int count, CancellationToken cancellationToken)
    {
        for (var left = count; left > 0; left -= Math.Min(left, buffer.Length))
        {
            await ReadAsync(stream, buffer, Math.Min(left, buffer.Length), cancellationToken);
        }
    }
}
