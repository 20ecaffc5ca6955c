namespace RagAspire.Capacity.Forecasting;

/// <summary>A cycle that a series may have.</summary>
/// <param name="Period">Its number of values.</param>
/// <param name="Name">Such as <c>day</c> or <c>week</c>.</param>
public sealed record Rhythm(int Period, string Name);
