namespace RagAspire.Vectors.InProcess;

/// <summary>The unit vectors of the slots that have one, in one array, and a rough copy of them in bytes.</summary>
/// <remarks>
/// Reading is what costs: a search reads the bytes of every row, a quarter of the numbers, and the numbers themselves only
/// where the rough answer, give or take the known error, is among the best.
/// </remarks>
/// <param name="Slots">The slot of each row, ascending.</param>
/// <param name="Rough">Each row's numbers divided by its step, as bytes.</param>
/// <param name="Steps">What one unit of a row's bytes is worth.</param>
/// <param name="Errors">The distance between each row and its rough copy.</param>
internal sealed record VectorRows(int Dimensions, int[] Slots, float[] Values, sbyte[] Rough, float[] Steps, float[] Errors)
{
    public static VectorRows None { get; } = new(0, [], [], [], [], []);

    public int Count => Slots.Length;

    public long Bytes => ((long)Count * (sizeof(int) + sizeof(float) + sizeof(float)))
        + ((long)Values.Length * (sizeof(float) + sizeof(sbyte)));

    public static VectorRows Allocate(int dimensions, int rows) => new(
        dimensions,
        new int[rows],
        GC.AllocateUninitializedArray<float>(checked(rows * dimensions)),
        GC.AllocateUninitializedArray<sbyte>(rows * dimensions),
        new float[rows],
        new float[rows]);

    /// <summary>Whether a slot has a row.</summary>
    /// <param name="slots">The number of slots of the segment.</param>
    public bool Has(int slot, int slots) => Count == slots || (Count > 0 && Array.BinarySearch(Slots, slot) >= 0);

    public Span<float> Row(int row) => Values.AsSpan(row * Dimensions, Dimensions);

    public Span<sbyte> RoughRow(int row) => Rough.AsSpan(row * Dimensions, Dimensions);

    /// <summary>Writes a row of a new block; a published block never changes.</summary>
    public void Set(int row, int slot, ReadOnlySpan<float> vector)
    {
        Slots[row] = slot;
        UnitVector.Write(vector, Row(row));
        (Steps[row], Errors[row]) = RoughVector.Write(Row(row), RoughRow(row));
    }

    public void Copy(int row, int slot, VectorRows from, int fromRow)
    {
        Slots[row] = slot;
        from.Row(fromRow).CopyTo(Row(row));
        from.RoughRow(fromRow).CopyTo(RoughRow(row));
        (Steps[row], Errors[row]) = (from.Steps[fromRow], from.Errors[fromRow]);
    }
}
