using System.Numerics;

namespace RagAspire.Vectors.InProcess;

/// <summary>A set of slots of one segment, one bit each.</summary>
internal sealed class SlotSet
{
    private readonly ulong[] _bits;

    private SlotSet(ulong[] bits) => _bits = bits;

    public long Bytes => (long)_bits.Length * sizeof(ulong);

    public static SlotSet All(int count)
    {
        var bits = new ulong[(count + 63) / 64];
        Array.Fill(bits, ulong.MaxValue);
        if (count % 64 != 0)
        {
            bits[^1] = (1UL << (count % 64)) - 1;
        }

        return new SlotSet(bits);
    }

    public static SlotSet Empty(int count) => new(new ulong[(count + 63) / 64]);

    public SlotSet Copy() => new([.. _bits]);

    public bool Contains(int slot) => (_bits[slot >> 6] & (1UL << slot)) != 0;

    public void Add(int slot) => _bits[slot >> 6] |= 1UL << slot;

    public void Remove(int slot) => _bits[slot >> 6] &= ~(1UL << slot);

    public int Count() => _bits.Sum(word => BitOperations.PopCount(word));
}
