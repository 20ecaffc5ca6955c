using System.Numerics.Tensors;

namespace RagAspire.Vectors.InProcess;

/// <summary>Vectors of length one, so that a dot product is the cosine.</summary>
internal static class UnitVector
{
    private const float Tolerance = 1e-4f;

    /// <summary>Why the vector has no direction; null when it has one.</summary>
    public static string? Problem(ReadOnlySpan<float> vector)
    {
        var norm = TensorPrimitives.Norm(vector);
        return !float.IsFinite(norm) ? "The vector holds a value that is not a number, or is too large"
            : norm == 0 ? "The vector is zero, which has no direction"
            : null;
    }

    /// <summary>Writes the vector at length one; an embedding model may give any length.</summary>
    public static void Write(ReadOnlySpan<float> vector, Span<float> target)
    {
        var norm = TensorPrimitives.Norm(vector);
        if (Math.Abs(norm - 1) < Tolerance)
        {
            vector.CopyTo(target);
        }
        else
        {
            TensorPrimitives.Divide(vector, norm, target);
        }
    }
}
