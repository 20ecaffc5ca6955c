using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;
using StackExchange.Redis;

namespace RagAspire.Monitoring.Memory;

/// <summary>
/// Measures memory and processor time of the stores: PostgreSQL where it runs on this host, Redis by its own figures, others
/// by name.
/// </summary>
public sealed class StoreMemory(
    NpgsqlDataSource dataSource, IConfiguration configuration, IOptions<MemorySamplingOptions> options, TimeProvider time)
{
    /// <summary>Milliseconds until a silent Redis counts as away.</summary>
    private const int Patience = 1_000;

    /// <summary>A store that is away has no sample.</summary>
    public async Task<IReadOnlyList<MemorySample>> SampleAsync(CancellationToken cancellationToken)
    {
        var samples = new List<MemorySample?> { await PostgresAsync(cancellationToken), await RedisAsync(cancellationToken) };
        samples.AddRange(options.Value.Processes.Select(Named));
        return [.. samples.OfType<MemorySample>()];
    }

    private async Task<MemorySample?> PostgresAsync(CancellationToken cancellationToken)
    {
        // A session's process on this host leads to its server.
        var session = await dataSource.Command("""
            select pg_backend_pid() as process, pg_postmaster_start_time() as started
            where coalesce(inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1', true)
            """).FirstAsync(
            row => new Session(row.Field<int>("process"), row.Field<DateTimeOffset>("started")), cancellationToken);
        return session is not null
            && ProcessMemory.Read(session.Process)?.Name.StartsWith("postgres", StringComparison.Ordinal) == true
            && ProcessMemory.ParentOf(session.Process) is { } server
            && ProcessMemory.OfTree(server) is { } bytes
            ? new MemorySample("postgresql", Environment.MachineName, time.GetUtcNow(), session.Started, bytes)
            {
                Processor = ProcessorTime.OfTree(server),
            }
            : null;
    }

    private async Task<MemorySample?> RedisAsync(CancellationToken cancellationToken)
    {
        try
        {
            var target = ConfigurationOptions.Parse(configuration.GetConnectionString("cache") ?? "");
            if (target.EndPoints is not [var endpoint, ..])
            {
                return null;
            }

            // A connection of its own, because INFO needs one that may administrate.
            (target.AllowAdmin, target.AbortOnConnectFail, target.ConnectRetry) = (true, true, 0);
            (target.ConnectTimeout, target.AsyncTimeout) = (Patience, Patience);
            await using var connection = await ConnectionMultiplexer.ConnectAsync(target).WaitAsync(cancellationToken);
            var figures = await RedisInfo.ReadAsync(connection.GetDatabase()).WaitAsync(cancellationToken);
            var now = time.GetUtcNow();
            var bytes = Number(figures, "used_memory_rss") ?? Number(figures, "used_memory")
                ?? Number(figures, "proc_physical_memory_size");
            return bytes is null
                ? null
                : new MemorySample(
                    "redis",
                    endpoint.ToString() ?? "",
                    now,
                    Number(figures, "uptime_in_seconds") is { } uptime ? Rounded(now - TimeSpan.FromSeconds(uptime)) : null,
                    bytes.Value)
                {
                    Limit = Number(figures, "maxmemory") is > 0 and var limit ? limit : null,
                    Processor = Seconds(figures, "used_cpu_sys") + Seconds(figures, "used_cpu_user"),
                };
        }
        catch (Exception ex) when (ex is RedisException or RedisCommandException or TimeoutException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>All processes of one program together.</summary>
    private MemorySample? Named(string name)
    {
        var processes = ProcessMemory.Find(name).Select(ProcessMemory.Read).OfType<ProcessFigures>().ToList();
        return processes.Count == 0
            ? null
            : new MemorySample(
                name, Environment.MachineName, time.GetUtcNow(), processes.Min(process => process.StartedAt),
                    processes.Sum(process => process.WorkingSet))
            {
                Processor = processes.Sum(process => process.Processor),
                Handles = processes.Any(process => process.Handles is null) ? null : processes.Sum(process => process.Handles),
                Threads = processes.Sum(process => process.Threads),
            };
    }

    /// <summary>To the minute, because a start that is computed from an uptime in whole seconds wavers.</summary>
    private static DateTimeOffset Rounded(DateTimeOffset at) =>
        new((at.Ticks + (TimeSpan.TicksPerMinute / 2)) / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, TimeSpan.Zero);

    private static long? Number(Dictionary<string, string> figures, string name) =>
        figures.TryGetValue(name, out var text) && long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number
            : null;

    private static double? Seconds(Dictionary<string, string> figures, string name) =>
        figures.TryGetValue(name, out var text) && double.TryParse(text, CultureInfo.InvariantCulture, out var seconds) ? seconds
            : null;

    private sealed record Session(int Process, DateTimeOffset Started);
}

/// <summary>Stores the memory of the stores at an interval. One process of a deployment is enough.</summary>
public sealed class StoreMemorySampler(StoreMemory memory, MemoryRecorder recorder, DatabaseStartup database, TimeProvider time)
    : PollingService(database, time)
{
    protected override TimeSpan Interval => recorder.Interval;

    protected override async Task PollAsync(CancellationToken cancellationToken) =>
        await recorder.RecordStoresAsync(await memory.SampleAsync(cancellationToken), cancellationToken);
}
