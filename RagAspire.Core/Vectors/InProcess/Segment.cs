namespace RagAspire.Vectors.InProcess;

/// <summary>Points that were written together or merged: never changed, so that it is read without a lock.</summary>
/// <remarks>A point is a slot. Postings are grouped by term; within a term slots ascend. Vectors lie row after row.</remarks>
internal sealed class Segment
{
    public required Guid[] Ids { get; init; }

    public required Guid[] Documents { get; init; }

    public required int[] Versions { get; init; }

    /// <summary>Terms of each slot's text, repetitions counted.</summary>
    public required float[] Lengths { get; init; }

    /// <summary>Distinct labels, and which of them each slot has.</summary>
    public required PointLabels[] Labels { get; init; }

    public required int[] LabelsOf { get; init; }

    public required Postings Postings { get; init; }

    public required VectorRows Vectors { get; init; }

    public int Count => Ids.Length;

    public long Bytes =>
        ((long)Count * (16 + 16 + sizeof(int) + sizeof(float) + sizeof(int))) + Labels.Sum(labels => (long)labels.EstimatedBytes)
        + Postings.Bytes + Vectors.Bytes;
}

/// <summary>For each term the slots that contain it and how often.</summary>
/// <param name="Terms">Term hashes, ascending.</param>
/// <param name="Offsets">Where each term's postings start; one more at the end.</param>
/// <param name="Counts">Saturates at 65,535, beyond which the score no longer changes.</param>
internal sealed record Postings(uint[] Terms, int[] Offsets, int[] Slots, ushort[] Counts)
{
    public long Bytes => ((long)Terms.Length * 8) + ((long)Slots.Length * (sizeof(int) + sizeof(ushort)));

    /// <summary>Where the term's postings are; empty where no slot has it.</summary>
    public (int Start, int End) Find(uint term)
    {
        var at = Array.BinarySearch(Terms, term);
        return at < 0 ? (0, 0) : (Offsets[at], Offsets[at + 1]);
    }
}
