using System.Globalization;

namespace RagAspire.Benchmarks;

/// <summary>The arguments of a benchmark: pairs <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <returns>Null when there is another name than these, or a name without a value.</returns>
    public static Arguments? Read(IReadOnlyList<string> given, params string[] names)
    {
        var read = new Arguments();
        foreach (var pair in given.Chunk(2))
        {
            if (pair is not [var name, var value] || !names.Contains(name))
            {
                return null;
            }

            read._values[name] = value;
        }

        return read;
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    /// <returns>The fallback when it is not given; NaN, which is in no range, when it is no number.</returns>
    public double Number(string name, double fallback) =>
        Text(name) is not { } text ? fallback
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
        : double.NaN;
}
