namespace RagAspire.Capacity.Forecasting;

/// <summary>The continuation of a series.</summary>
/// <param name="Values">The expected value of each step.</param>
/// <param name="Eighty">Where the value is with a probability of 80 %.</param>
/// <param name="NinetyFive">Where the value is with a probability of 95 %.</param>
/// <param name="Methods">The methods that were combined, the heaviest first; weights sum to 1.</param>
public sealed record Forecast(
    IReadOnlyList<double> Values, Band Eighty, Band NinetyFive, IReadOnlyList<MethodWeight> Methods, BacktestResult Backtest);

/// <summary>A prediction interval at each step.</summary>
public sealed record Band(IReadOnlyList<double> Lower, IReadOnlyList<double> Upper);

public sealed record MethodWeight(string Name, double Weight);

/// <summary>How the same procedure would have done in the past: forecasts from earlier times, compared with what came.</summary>
/// <param name="Origins">How many times.</param>
/// <param name="Horizon">How many steps ahead; fewer than asked for when the history is short.</param>
/// <param name="Smape">Symmetric mean absolute percentage error, 0 to 200.</param>
/// <param name="Mase">Mean absolute error, as a share of that of repeating the last cycle (the last value without a
/// rhythm).</param>
/// <param name="MeanAbsoluteError">In the unit of the series.</param>
/// <param name="Coverage">The share of the past values within their 95 % interval.</param>
public sealed record BacktestResult(
    int Origins, int Horizon, double Smape, double Mase, double MeanAbsoluteError, double Coverage);
