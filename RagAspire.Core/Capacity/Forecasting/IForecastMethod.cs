namespace RagAspire.Capacity.Forecasting;

/// <summary>One way to continue a series of equally spaced values without gaps.</summary>
internal interface IForecastMethod
{
    /// <summary>The name in reports, such as <c>Theta on week</c>.</summary>
    string Name { get; }

    /// <summary>The fewest values from which the method can forecast.</summary>
    int Needs { get; }

    double[] Forecast(ReadOnlySpan<double> values, int horizon);
}
