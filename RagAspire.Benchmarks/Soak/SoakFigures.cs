using System.Globalization;
using Npgsql;
using RagAspire.Database;
using RagAspire.Diagnosis.Memory;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Soak;

/// <summary>What must not grow, measured again and again, and judged as the system judges its own memory.</summary>
internal sealed class SoakFigures(PrivateSystem system, IReadOnlyList<(string Name, HostProcess Process)> hosts, Outages outages)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, List<MemoryPoint>> _series = [];
    private readonly DateTimeOffset _startedAt = outages.Now;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(system.Superuser);
        while (!cancellationToken.IsCancellationRequested)
        {
            await MeasureAsync(database);
            await Task.Delay(Interval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Name, first and last level, and the verdict of each series.</returns>
    public IEnumerable<(string Name, double First, double Last, MemoryVerdict Verdict)> Judge()
    {
        foreach (var (name, points) in _series)
        {
            // The first part belongs to caches, pools and histories that fill.
            var warmUp = (outages.Now - _startedAt) / 3;
            var options = new MemoryLeakOptions { WarmUp = warmUp < LongestWarmUp ? warmUp : LongestWarmUp };
            var verdict = LeakDetector.Judge(new MemorySeries(points, _startedAt), options);
            var judged = points.Where(point => point.At >= _startedAt + options.WarmUp).Select(point => point.Value).ToList();
            var part = Math.Max(1, judged.Count / 8);
            yield return (name, Median(judged.Take(part)), Median(judged.TakeLast(part)), verdict);
        }
    }

    private async Task MeasureAsync(NpgsqlDataSource database)
    {
        foreach (var (name, process) in hosts)
        {
            Add($"{name} memory, MiB", ProcessFigures.OwnBytes(process.ProcessId) / (1024.0 * 1024));
            Add($"{name} handles", ProcessFigures.Handles(process.ProcessId));
        }

        if (system.DatabaseProcess is not { } server)
        {
            return;
        }

        try
        {
            Add($"{Chaos.Database} memory, MiB", ProcessFigures.OwnBytesWithChildren(server) / (1024.0 * 1024));
            Add($"{Chaos.Database} connections", await database.Command(
                "select count(*) from pg_stat_activity where backend_type = 'client backend'").ScalarAsync<long>(CancellationToken.None));
            Add("documents on disk, MiB", await database.Command(
                """
                select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint / 1048576
                from pg_class c where c.relkind = 'r' and c.relname in ('documents', 'document_slices', 'chunks', 'embeddings')
                """).ScalarAsync<long>(CancellationToken.None));
        }
        catch (NpgsqlException)
        {
            // It is being broken on purpose.
        }
    }

    private void Add(string name, double value)
    {
        if (!_series.TryGetValue(name, out var points))
        {
            _series[name] = points = [];
        }

        points.Add(new MemoryPoint(outages.Now, value));
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0 ? 0 : sorted[sorted.Count / 2];
    }

    public static string Line((string Name, double First, double Last, MemoryVerdict Verdict) one) => string.Create(
        CultureInfo.InvariantCulture, $"| {one.Name} | {one.First:0} | {one.Last:0} | {one.Verdict.Trend.Word()}: {one.Verdict.Reason} |");
}
