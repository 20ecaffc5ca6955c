using System.Numerics.Tensors;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Benchmarks.Scan;

/// <summary>Vectors one after the other, and what looking at all of them costs at least.</summary>
internal sealed class RawVectors(int rows, int dimensions)
{
    private readonly float[] _values = new float[rows * dimensions];
    private readonly sbyte[] _bytes = new sbyte[rows * dimensions];
    private readonly float[] _scores = new float[rows];
    private int _count;

    public void Add(ReadOnlySpan<float> vector)
    {
        var row = _values.AsSpan(_count * dimensions, dimensions);
        UnitVector.Write(vector, row);
        RoughVector.Write(row, _bytes.AsSpan(_count * dimensions, dimensions));
        _count++;
    }

    /// <summary>One product for each row, with nothing done about it.</summary>
    public float[] Scores(ReadOnlySpan<float> query)
    {
        for (var row = 0; row < _count; row++)
        {
            _scores[row] = TensorPrimitives.Dot(query, _values.AsSpan(row * dimensions, dimensions));
        }

        return _scores;
    }

    /// <summary>Reads the bytes by which a search chooses its candidates: looks for one that does not occur.</summary>
    public bool ReadBytes() => _bytes.AsSpan().Contains(sbyte.MinValue);

    /// <summary>The rows with the best scores, best first.</summary>
    public static int[] Best(float[] scores, int limit) =>
        [.. Enumerable.Range(0, scores.Length).OrderByDescending(row => scores[row]).Take(limit)];
}
