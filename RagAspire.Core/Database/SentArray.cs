using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RagAspire.Database;

/// <summary>
/// Arrays as PostgreSQL's function <c>array_send</c> returns them. The driver reads an array by several awaitable calls for each
/// element, which is most of the time in which an index of millions of numbers is loaded.
/// </summary>
internal static class SentArray
{
    // Of an array: the number of dimensions, whether it has nulls, the type of its elements; then of each dimension its length
    // and its lowest index.
    private const int LengthAt = 12;
    private const int FirstAt = 20;

    // Of an element: its length, and its bytes.
    private const int ElementSize = 2 * sizeof(int);

    /// <summary>The elements of an array of one dimension of <c>integer</c> or <c>real</c>.</summary>
    /// <typeparam name="T">A number of 32 bits.</typeparam>
    /// <exception cref="InvalidDataException">It has several dimensions, nulls, or elements of another size.</exception>
    public static T[] Read<T>(ReadOnlySpan<byte> sent)
        where T : unmanaged
    {
        var dimensions = BinaryPrimitives.ReadInt32BigEndian(sent);
        if (dimensions == 0)
        {
            return [];
        }

        var elements = sent[FirstAt..];
        var count = BinaryPrimitives.ReadInt32BigEndian(sent[LengthAt..]);
        if (dimensions != 1 || elements.Length != (long)count * ElementSize)
        {
            throw new InvalidDataException($"An array of {dimensions} dimensions and {count} numbers has {sent.Length} bytes.");
        }

        var values = new T[count];
        var bits = MemoryMarshal.Cast<T, int>(values.AsSpan());
        for (var i = 0; i < bits.Length; i++)
        {
            bits[i] = BinaryPrimitives.ReadInt32BigEndian(elements[((i * ElementSize) + sizeof(int))..]);
        }

        return values;
    }
}
