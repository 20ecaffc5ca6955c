using System.Diagnostics;
using System.Globalization;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>
/// Documents of 1 KB, a request each, from the first upload until the last one is ready; then bursts of a few documents into an
/// idle system, and how long the slowest waited for a worker.
/// </summary>
internal sealed class IngestionRate(IngestionSystem system, TextWriter output)
{
    private const int PerBurst = 3;

    /// <returns>The exit code: 1 when a document is not ready, or one of a burst waited for more than two seconds.</returns>
    public async Task<int> PrintAsync(int documents, int bursts, int clients, CancellationToken cancellationToken)
    {
        await system.UploadAsync(SmallDocuments.From(0, 20), clients, cancellationToken);
        await system.ReadyAsync(cancellationToken);

        var before = system.Cpu();
        var watch = Stopwatch.StartNew();
        await system.UploadAsync(SmallDocuments.From(1_000, documents), clients, cancellationToken);
        var uploaded = watch.Elapsed;
        var ready = await system.ReadyAsync(cancellationToken);
        var took = watch.Elapsed;
        var cpu = system.Cpu() - before;
        var warm = await SecondHalfAsync(documents, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{documents} documents of 1 KB: uploaded in {uploaded.TotalSeconds:0.0} s ({documents / uploaded.TotalSeconds:0}/s), "
            + $"all ready after {took.TotalSeconds:0.0} s ({documents / took.TotalSeconds:0}/s), "
            + $"the second half at {warm:0}/s"));
        output.WriteLine($"CPU of a document: {cpu.Of(documents)}");

        for (var burst = 0; burst < bursts; burst++)
        {
            await system.UploadAsync(SmallDocuments.From(10_000_000 + (burst * PerBurst), PerBurst), PerBurst, cancellationToken);
            ready &= await system.ReadyAsync(cancellationToken);
        }

        var waits = await system.Database.Command("""
            select coalesce(extract(epoch from indexed_at - created_at), 1e9)::float8 from documents order by created_at desc, id desc limit $1
            """, bursts * PerBurst).ListAsync(row => row.GetDouble(0), cancellationToken);
        waits.Sort();
        if (waits.Count > 0)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{bursts} bursts of {PerBurst}: from upload to ready p50 {waits[waits.Count / 2] * 1000:0} ms, "
                + $"p99 {waits[(int)(waits.Count * .99)] * 1000:0} ms, longest {waits[^1] * 1000:0} ms"));
        }

        return ready && waits.All(wait => wait < 2) ? 0 : 1;
    }

    /// <returns>Documents a second, once the services are warm.</returns>
    private async Task<double> SecondHalfAsync(int documents, CancellationToken cancellationToken) =>
        await system.Database.Command("""
            select (count(*) / greatest(extract(epoch from max(indexed_at) - min(indexed_at)), .001))::float8
            from (select indexed_at from documents order by indexed_at desc limit $1) late
            """, documents / 2).ScalarAsync<double>(cancellationToken);
}
