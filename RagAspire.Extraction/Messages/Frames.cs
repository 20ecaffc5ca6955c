using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RagAspire.Extraction.Messages;

/// <summary>JSON messages over a pipe, each preceded by its length in four bytes.</summary>
public static class Frames
{
    private const int MaxBytes = 64 * 1024 * 1024;

    public static async Task WriteAsync<T>(Stream pipe, T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var frame = new byte[4 + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame.AsSpan(4));
        await pipe.WriteAsync(frame, cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    /// <returns>Null when the other side has closed the pipe, also in the middle of a message.</returns>
    public static async Task<T?> ReadAsync<T>(Stream pipe, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var header = new byte[4];
        if (await pipe.ReadAtLeastAsync(header, 4, throwOnEndOfStream: false, cancellationToken) < 4)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < 0 or > MaxBytes)
        {
            throw new InvalidDataException($"The message has an invalid length of {length} bytes.");
        }

        var body = new byte[length];
        return await pipe.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken) < length
            ? null
            : JsonSerializer.Deserialize(body, type);
    }
}
