using System.Globalization;
using RagAspire.Diagnosis.Memory;
using RagAspire.TestSupport.Memory;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>leak --data &lt;folder&gt; [--seed number]</c>: false alarms on one-day windows of real series without leaks, and detection
/// and false alarms on synthetic memory. The folder, with its sub-folders, has files of lines <c>timestamp,value</c>.
/// </summary>
internal sealed class LeakBenchmark(TextWriter output)
{
    private const int Rounds = 2000;

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly (string Name, MemoryLeakOptions Options)[] Rules =
    [
        ("trend and floor", new MemoryLeakOptions()),
        ("half against half", new MemoryLeakOptions { Rule = LeakRule.Halves }),
    ];

    /// <returns>The exit code.</returns>
    public int Print(IReadOnlyList<string> arguments)
    {
        var read = Arguments.Read(arguments, "--data", "--seed");
        if (read?.Text("--data") is not { } folder)
        {
            Console.Error.WriteLine("Usage: leak --data <folder with files of lines timestamp,value> [--seed <of synthetic memory>]");
            return 2;
        }

        var seed = (int)read.Number("--seed", 2_026);
        var files = Directory.Exists(folder)
            ? Directory.GetFiles(folder, "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList()
            : [];
        if (files.Count == 0)
        {
            Console.Error.WriteLine($"There are no CSV files in {folder}.");
            return 2;
        }

        var series = files.Select(file => (Name: Path.GetFileNameWithoutExtension(file), Points: Read(file))).ToList();
        var whole = series.SelectMany(one => Windows(one.Points, Day)).ToList();
        var hourly = series.SelectMany(one => Windows(one.Points, TimeSpan.FromHours(1))).ToList();
        output.WriteLine($"{"",-52}{string.Join("", Rules.Select(rule => $"{rule.Name,20}"))}");
        Print($"{whole.Count} windows of a day ({files.Count} files): false alarms", whole);
        Print($"{hourly.Count} windows of a day, one from each hour: same", hourly);
        foreach (var shape in Enum.GetValues<MemoryShape>())
        {
            Print($"{Rounds} × {shape}, no leak: false alarms", Synthetic(shape, leak: 0, seed));
        }

        Print($"{Rounds} × Sawtooth, 1 MB/min, 30 min: found", Synthetic(MemoryShape.Sawtooth, leak: 1, seed));
        Print($"{Rounds} × DeepSawtooth, 1 MB/min, 30 min: found", Synthetic(MemoryShape.DeepSawtooth, leak: 1, seed));
        Print($"{Rounds} × DeepSawtooth, 2 MB/min, 30 min: found", Synthetic(MemoryShape.DeepSawtooth, leak: 2, seed));
        foreach (var (name, points) in series)
        {
            PrintAlarms(name, Windows(points, TimeSpan.FromHours(1)));
        }

        return 0;
    }

    private void Print(string name, List<MemorySeries> windows) => output.WriteLine(
        $"{name,-52}" + string.Concat(Rules.Select(rule =>
        {
            var growing = windows.Count(window => LeakDetector.Judge(window, rule.Options).Trend == MemoryTrend.Growing);
            return string.Create(
                CultureInfo.InvariantCulture, $"{growing,10} {100.0 * growing / Math.Max(windows.Count, 1),7:0.00} %");
        })));

    /// <summary>The false alarms of the first rule, one line each.</summary>
    private void PrintAlarms(string name, IEnumerable<MemorySeries> windows)
    {
        foreach (var window in windows)
        {
            var verdict = LeakDetector.Judge(window, Rules[0].Options);
            if (verdict.Trend == MemoryTrend.Growing)
            {
                output.WriteLine(
                    string.Create(
                        CultureInfo.InvariantCulture, $"{name} {window.Points[0].At:yyyy-MM-dd HH:mm}: {verdict.Reason}"));
            }
        }
    }

    private static List<MemorySeries> Synthetic(MemoryShape shape, double leak, int seed)
    {
        var memory = new SyntheticMemory(seed);
        return [.. Enumerable.Range(0, Rounds).Select(_ => memory.Next(shape, leak))];
    }

    private static List<MemoryPoint> Read(string file) =>
    [
        .. from line in File.ReadLines(file)
           let fields = line.Split(',')
           where fields.Length >= 2
           let at = DateTimeOffset.TryParse(
               fields[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default
           where at != default && double.TryParse(fields[1], CultureInfo.InvariantCulture, out _)
           orderby at
           select new MemoryPoint(at, double.Parse(fields[1], CultureInfo.InvariantCulture)),
    ];

    /// <summary>The windows of a day that begin at each <paramref name="step"/> and have no long gap.</summary>
    private static IEnumerable<MemorySeries> Windows(List<MemoryPoint> points, TimeSpan step)
    {
        if (points.Count < 2)
        {
            yield break;
        }

        for (var from = points[0].At; from + Day <= points[^1].At + (Day / points.Count); from += step)
        {
            var first = points.FindIndex(point => point.At >= from);
            var window = points.Skip(first).TakeWhile(point => point.At < from + Day).ToList();
            if (window.Count >= LeakDetector.LeastSamples && window[^1].At - window[0].At > Day * .9)
            {
                yield return new MemorySeries(window);
            }
        }
    }
}
