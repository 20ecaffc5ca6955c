using System.Globalization;

namespace RagAspire.Benchmarks.Capacity;

/// <summary>A series with the values that came after it.</summary>
internal sealed record ForecastCase(string Name, double[] Past, double[] Future);

/// <summary>
/// Reads public collections of series: a folder with <c>train.csv</c> and <c>test.csv</c> as the M4 competition has them (a
/// series in each row), or a folder of files <c>timestamp,value</c> as the Numenta benchmark has them.
/// </summary>
internal static class ForecastData
{
    /// <summary>The folders below a path that hold series.</summary>
    public static IEnumerable<string> Folders(string path) =>
        Directory.GetDirectories(path, "*", SearchOption.AllDirectories).Prepend(path).Order(StringComparer.Ordinal)
            .Where(folder => Directory.GetFiles(folder, "*.csv").Length > 0);

    public static bool IsCompetition(string folder) =>
        File.Exists(Path.Combine(folder, "train.csv")) && File.Exists(Path.Combine(folder, "test.csv"));

    public static List<ForecastCase> Competition(string folder)
    {
        var future = Rows(Path.Combine(folder, "test.csv"));
        return
        [
            .. Rows(Path.Combine(folder, "train.csv")).Where(row => future.ContainsKey(row.Key))
                .Select(row => new ForecastCase(row.Key, row.Value, future[row.Key])),
        ];
    }

    /// <summary>The last values of each series, at several times.</summary>
    /// <param name="step">The distance of values; those in between are averaged.</param>
    /// <param name="origins">From how many times to forecast, each a horizon earlier.</param>
    public static List<ForecastCase> Recordings(string folder, TimeSpan step, int horizon, int origins) =>
    [
        .. Directory.GetFiles(folder, "*.csv").Order(StringComparer.Ordinal).SelectMany(file =>
        {
            var values = Grid(file, step);
            return Enumerable.Range(0, origins).Select(origin => values.Length - (horizon * (origin + 1)))
                .Where(end => end >= 4 * horizon)
                .Select(end => new ForecastCase(
                    Path.GetFileNameWithoutExtension(file), values[..end], values[end..(end + horizon)]));
        }),
    ];

    private static Dictionary<string, double[]> Rows(string file) => File.ReadLines(file).Skip(1)
        .Select(line => line.Split(',').Select(cell => cell.Trim('"')).ToArray())
        .ToDictionary(
            cells => cells[0],
            cells => cells.Skip(1).Where(cell => cell is not ("" or "NA"))
                .Select(cell => double.Parse(cell, CultureInfo.InvariantCulture)).ToArray());

    private static double[] Grid(string file, TimeSpan step)
    {
        var rows = File.ReadLines(file).Skip(1).Select(line => line.Split(','))
            .Select(cells => (
                At: DateTime.Parse(cells[0], CultureInfo.InvariantCulture),
                Value: double.Parse(cells[1], CultureInfo.InvariantCulture)))
            .ToList();
        var means = rows.GroupBy(row => (int)((row.At - rows[0].At) / step))
            .ToDictionary(group => group.Key, group => group.Average(row => row.Value));
        var values = new double[means.Keys.Max() + 1];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = means.TryGetValue(index, out var mean) ? mean : values[index - 1];
        }

        return values;
    }
}
