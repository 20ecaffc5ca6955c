using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Parsers;
using Npgsql;
using RagAspire.Benchmarks.Load;
using RagAspire.Database;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Throughput;

/// <summary>
/// Stops the API and starts it again over the same data: how long until it is ready, and the memory that it has when idle.
/// </summary>
internal sealed class ApiRestart(HostProcess api, string database, TextWriter output)
{
    private const int BufferMegabytes = 16;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        await api.StopAsync(cancellationToken);
        var startedAt = Stopwatch.GetTimestamp();
        await api.StartAsync(cancellationToken, "/ready");
        var took = Stopwatch.GetElapsedTime(startedAt);
        await Task.Delay(Idle, cancellationToken);
        var idle = ProcessFigures.ResidentBytes(api.ProcessId);
        await CollectAsync(api.ProcessId, cancellationToken);
        await Task.Delay(Idle, cancellationToken);
        var collected = ProcessFigures.ResidentBytes(api.ProcessId);
        var index = await IndexBytesAsync(cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"restart of the API: ready after {took.TotalMilliseconds:0} ms, asked every 100 ms"));
        output.WriteLine(
            $"resident memory of the API: {idle >> 20} MiB when idle for {Idle.TotalSeconds} s, {collected >> 20} MiB {Idle.TotalSeconds} s "
            + $"after a full collection; its index has {index >> 20} MiB, so beyond the index {(idle - index) >> 20} and "
            + $"{(collected - index) >> 20} MiB");
    }

    /// <summary>A session of events that asks for it makes the runtime collect all generations.</summary>
    private static async Task CollectAsync(int process, CancellationToken cancellationToken)
    {
        using var session = await new DiagnosticsClient(process).StartEventPipeSessionAsync(
            [new EventPipeProvider(
                ClrTraceEventParser.ProviderName, EventLevel.Informational, (long)ClrTraceEventParser.Keywords.GCHeapCollect)],
            requestRundown: false,
            BufferMegabytes,
            cancellationToken);
        var drained = session.EventStream.CopyToAsync(Stream.Null, cancellationToken);
        await session.StopAsync(cancellationToken);
        await drained;
    }

    /// <summary>The maintenance of indexes reports the size of each process' own.</summary>
    private async Task<long> IndexBytesAsync(CancellationToken cancellationToken)
    {
        using var client = PrivateSystem.ClientOf(api);
        await new TaskRuns(client).RunAsync("index-optimization", cancellationToken);
        await using var source = NpgsqlDataSource.Create(database);
        return await source.Command(
            "select (report->'before'->>'index.bytes')::bigint from index_order_results where name like '%:' || $1",
            api.ProcessId.ToString(CultureInfo.InvariantCulture)).ScalarAsync<long>(cancellationToken);
    }
}
