using MathNet.Numerics.Distributions;

namespace RagAspire.Capacity.Forecasting;

/// <summary>
/// Prediction intervals from the errors of the backtest (split conformal): at each step the typical error of that step, times the
/// quantile of all errors measured in typical errors.
/// </summary>
internal sealed class Intervals
{
    // The next error is drawn from a future that the origins did not see.
    private const double Widening = 1.1;
    private const double CasesPerOrigin = 3;
    private const double StepsPerCase = 30;

    private readonly double[] _scale;
    private readonly double[] _scores;
    private readonly double _growth;
    private readonly int _origins;
    private readonly double _slope;

    private Intervals(double[] scale, double[] scores, int origins, double slope) =>
        (_scale, _scores, _growth, _origins, _slope) = (scale, scores, Growth(scale), origins, slope);

    /// <param name="slope">Standard error of the trend per step, which matters beyond the tested horizon.</param>
    public static Intervals From(IReadOnlyList<(double[] Forecast, double[] Actual)> past, double slope = 0)
    {
        var horizon = past[0].Actual.Length;
        var errors = new double[horizon];
        for (var step = 0; step < horizon; step++)
        {
            errors[step] = past.Average(pair => Math.Abs(pair.Actual[step] - pair.Forecast[step]));
        }

        var scale = Smooth(errors, Math.Max(1, horizon / 8));
        var floor = Math.Max(scale.Max() * 1e-3, 1e-12);
        scale = [.. scale.Select(width => Math.Max(width, floor))];
        double[] scores =
        [
            .. past.SelectMany(pair => pair.Actual.Select((actual, step) =>
                Math.Abs(actual - pair.Forecast[step]) / scale[step])),
        ];
        Array.Sort(scores);
        return new Intervals(scale, scores, past.Count, slope);
    }

    /// <summary>Half of the width of the interval at a step, counted from 0.</summary>
    public double HalfWidth(int step, double probability)
    {
        if (step < _scale.Length)
        {
            return _scale[step] * Score(probability);
        }

        var grown = _scale[^1] * Math.Pow((step + 1.0) / _scale.Length, _growth) * Score(probability);
        var drift = (step + 1 - _scale.Length) * _slope * Normal.InvCDF(0, 1, (1 + probability) / 2);
        return Math.Sqrt((grown * grown) + (drift * drift));
    }

    private double Score(double probability)
    {
        // The correction of split conformal prediction for few cases. Neighbouring steps of one origin fail together.
        var cases = Math.Max(CasesPerOrigin * _origins, _scores.Length / StepsPerCase);
        return Robust.Quantile(_scores, Math.Min(1, probability * (cases + 1) / cases)) * Widening;
    }

    /// <summary>The power with which errors grow with the distance, beyond what was tested.</summary>
    private static double Growth(double[] scale)
    {
        if (scale.Length < 8)
        {
            return .5;
        }

        var half = scale.Length / 2;
        var (early, late) = (scale[(half / 2)..half].Average(), scale[half..].Average());
        return Math.Clamp(Math.Log(late / early) / Math.Log(2), 0, 1);
    }

    private static double[] Smooth(double[] values, int reach) =>
    [
        .. values.Select((_, index) =>
            values[Math.Max(0, index - reach)..Math.Min(values.Length, index + reach + 1)].Average()),
    ];
}
