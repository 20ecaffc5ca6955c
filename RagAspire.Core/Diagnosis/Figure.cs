using System.Collections.Concurrent;

namespace RagAspire.Diagnosis;

/// <summary>A value that a probe has read, beside its limit, also where nothing is wrong.</summary>
/// <param name="Probe">The probe that read it. Why a figure is missing is the reason of its result.</param>
/// <param name="Name">Such as <c>memory</c>.</param>
/// <param name="Of">What is measured: the machine, the container, this process, a disk, an interface, a store.</param>
/// <param name="Limit">What the value is compared with, in the same unit; null where it is shown only.</param>
/// <param name="Unit">Such as <c>%</c>; empty for a number.</param>
/// <param name="Query">What gives the value again: the path that was read, a command, PromQL or SQL.</param>
public sealed record Figure(string Probe, string Name, string Of, double Value, double? Limit, string Unit, string Query)
{
    /// <summary>A value or the limit with its unit, such as <c>12.5 %</c>.</summary>
    public string Show(double? value) => value is not { } known ? "none" : Unit switch
    {
        "" => Quantity.Number(known),
        _ when Unit[0] == '/' => $"{Quantity.Number(known)}{Unit}",
        _ => $"{Quantity.Number(known)} {Unit}",
    };
}

/// <summary>The figures of one diagnosis. Probes add to it in parallel; what a probe read before it timed out counts.</summary>
public sealed class FigureSheet
{
    private readonly ConcurrentQueue<Figure> _figures = [];

    public void Add(Figure figure) => _figures.Enqueue(figure);

    /// <summary>By probe, each probe's in the order in which it read them.</summary>
    internal IReadOnlyList<Figure> Read() => [.. _figures.OrderBy(figure => figure.Probe, StringComparer.Ordinal)];
}
