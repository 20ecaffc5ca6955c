namespace RagAspire.Diagnosis.Memory;

/// <summary>Fits a constant and shapes to values by least squares.</summary>
internal static class LeastSquares
{
    private const double Negligible = 1e-9;

    /// <returns>The squared errors that are left, and the weight of the last shape, of which only the sign has a unit.</returns>
    public static (double Error, double Last) Fit(double[] values, params double[][] shapes)
    {
        var left = values.ToArray();
        var orthogonal = new List<double[]>();
        var last = 0.0;
        foreach (var shape in shapes.Prepend([.. Enumerable.Repeat(1.0, values.Length)]))
        {
            var part = shape.ToArray();
            foreach (var other in orthogonal)
            {
                Remove(part, other);
            }

            last = 0;
            var length = Math.Sqrt(part.Sum(value => value * value));
            if (length > Negligible)
            {
                orthogonal.Add([.. part.Select(value => value / length)]);
                last = Remove(left, orthogonal[^1]);
            }
        }

        return (left.Sum(value => value * value), last);
    }

    private static double Remove(double[] values, double[] direction)
    {
        var weight = values.Zip(direction, (value, share) => value * share).Sum();
        for (var i = 0; i < values.Length; i++)
        {
            values[i] -= weight * direction[i];
        }

        return weight;
    }
}
