using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RagAspire.Vectors.InProcess;

/// <summary>A vector in bytes, how much one unit of them is worth, and how far off that is.</summary>
internal sealed class RoughVector
{
    private readonly sbyte[] _bytes;
    private readonly short[] _shorts;

    public RoughVector(ReadOnlySpan<float> vector)
    {
        _bytes = new sbyte[vector.Length];
        (Step, Error) = Write(vector, _bytes);
        _shorts = Array.ConvertAll(_bytes, b => (short)b);
    }

    public float Step { get; }

    /// <summary>Length of the difference between the vector and its rough copy.</summary>
    public float Error { get; }

    public static (float Step, float Error) Write(ReadOnlySpan<float> vector, Span<sbyte> target)
    {
        var step = Math.Abs(TensorPrimitives.MaxMagnitude(vector)) / sbyte.MaxValue;
        var error = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            target[i] = (sbyte)MathF.Round(vector[i] / step);
            var off = vector[i] - (target[i] * step);
            error += off * off;
        }

        return (step, (float)Math.Sqrt(error));
    }

    public int Dot(ReadOnlySpan<sbyte> other)
    {
        var at = 0;
        var sum = Avx2.IsSupported ? DotAvx2(other, ref at) : DotPortable(other, ref at);
        for (; at < other.Length; at++)
        {
            sum += _bytes[at] * other[at];
        }

        return sum;
    }

    private int DotAvx2(ReadOnlySpan<sbyte> other, ref int at)
    {
        ReadOnlySpan<short> own = _shorts;
        var sum = Vector256<int>.Zero;
        for (; at <= other.Length - Vector128<sbyte>.Count; at += Vector128<sbyte>.Count)
        {
            var wide = Avx2.ConvertToVector256Int16(Vector128.Create(other[at..]));
            sum += Avx2.MultiplyAddAdjacent(wide, Vector256.Create(own[at..]));
        }

        return Vector256.Sum(sum);
    }

    private int DotPortable(ReadOnlySpan<sbyte> other, ref int at)
    {
        ReadOnlySpan<sbyte> own = _bytes;
        var sum = Vector<int>.Zero;
        for (; at <= other.Length - Vector<sbyte>.Count; at += Vector<sbyte>.Count)
        {
            Vector.Widen(new Vector<sbyte>(own[at..]), out var a1, out var a2);
            Vector.Widen(new Vector<sbyte>(other[at..]), out var b1, out var b2);

            // Two products of bytes up to 127 still fit into 16 bits.
            Vector.Widen((a1 * b1) + (a2 * b2), out var low, out var high);
            sum += low + high;
        }

        return Vector.Sum(sum);
    }
}
