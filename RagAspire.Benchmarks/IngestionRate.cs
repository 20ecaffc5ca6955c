using System.Diagnostics;
using System.Globalization;
using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>ingestion</c>: documents of 1 KB without a model, from the first upload until the last one is ready; then bursts of a few
/// documents into an idle system, and how long the slowest waited for a worker.
/// </summary>
internal sealed class IngestionRate(TextWriter output)
{
    private const string Usage = "Usage: ingestion [--documents <number>] [--bursts <number>] [--clients <number>]";
    private const int PerBurst = 3;

    /// <returns>The exit code: 1 when a document is not ready, or one of a burst waited for more than two seconds.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--documents", "--bursts", "--clients");
        var documents = (int)(read?.Number("--documents", 2_000) ?? 0);
        var (bursts, clients) = ((int)(read?.Number("--bursts", 100) ?? -1), (int)(read?.Number("--clients", 8) ?? 0));
        if (documents < 1 || bursts < 0 || clients < 1)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        var settings = new Dictionary<string, string> { ["Embeddings__Embedded"] = "off" };
        var api = await system.StartAsync("RagAspire.Api", settings, cancellationToken);
        var worker = await system.StartAsync("RagAspire.Worker", settings, cancellationToken);
        using var client = PrivateSystem.ClientOf(api);
        await using var database = NpgsqlDataSource.Create(system.Database);
        await UploadAsync(client, 0, 20, clients, cancellationToken);
        await ReadyAsync(database, cancellationToken);

        var before = CpuSeconds(system, api, worker);
        var watch = Stopwatch.StartNew();
        await UploadAsync(client, 1_000, documents, clients, cancellationToken);
        var uploaded = watch.Elapsed;
        var ready = await ReadyAsync(database, cancellationToken);
        var took = watch.Elapsed;
        var warm = await SecondHalfAsync(database, documents, cancellationToken);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{documents} documents of 1 KB: uploaded in {uploaded.TotalSeconds:0.0} s ({documents / uploaded.TotalSeconds:0}/s), "
            + $"all ready after {took.TotalSeconds:0.0} s ({documents / took.TotalSeconds:0}/s), "
            + $"the second half at {warm:0}/s"));
        output.WriteLine("CPU of a document: " + string.Join(", ", CpuSeconds(system, api, worker).Zip(before, (now, then) => string.Create(
            CultureInfo.InvariantCulture, $"{now.Part} {(now.Seconds - then.Seconds) / documents * 1000:0.00} ms"))));

        for (var burst = 0; burst < bursts; burst++)
        {
            await UploadAsync(client, 10_000_000 + (burst * PerBurst), PerBurst, PerBurst, cancellationToken);
            ready &= await ReadyAsync(database, cancellationToken);
        }

        var waits = await database.Command("""
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

    private static List<(string Part, double Seconds)> CpuSeconds(PrivateSystem system, HostProcess api, HostProcess worker)
    {
        var reading = ProcessFigures.CpuSecondsWithChildren(worker.ProcessId);
        var working = ProcessFigures.CpuSeconds(worker.ProcessId);
        return
        [
            ("API", ProcessFigures.CpuSeconds(api.ProcessId)),
            ("worker", working),
            ("extractors", reading - working),
            ("PostgreSQL", ProcessFigures.CpuSecondsWithChildren(system.DatabaseProcess!.Value)),
            ("client and cache", Environment.CpuUsage.TotalTime.TotalSeconds),
        ];
    }

    /// <returns>Documents a second, once the services are warm.</returns>
    private static async Task<double> SecondHalfAsync(
        NpgsqlDataSource database, int documents, CancellationToken cancellationToken) =>
        await database.Command("""
            select (count(*) / greatest(extract(epoch from max(indexed_at) - min(indexed_at)), .001))::float8
            from (select indexed_at from documents order by indexed_at desc limit $1) late
            """, documents / 2).ScalarAsync<double>(cancellationToken);

    private static Task UploadAsync(HttpClient client, int first, int count, int clients, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(first, count),
            new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken },
            async (number, token) =>
            {
                using var form = new MultipartFormDataContent { { new ByteArrayContent(Text(number)), "file", $"{number}.txt" } };
                using var response = await client.PostAsync(new Uri("api/v1/documents", UriKind.Relative), form, token);
                response.EnsureSuccessStatusCode();
            });

    private static byte[] Text(int number)
    {
        var text = new StringBuilder();
        for (var line = 0; text.Length < 1000; line++)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"The valve of pump {number} opens at {line} bar and is changed after {number * 7 % 1000} hours in hall {line * 3}. ");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <returns>Whether all documents are ready, once none is outstanding.</returns>
    private static async Task<bool> ReadyAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        while (await database.Command("select exists (select from documents where status in ('pending', 'processing'))")
            .ScalarAsync<bool>(cancellationToken))
        {
            await Task.Delay(20, cancellationToken);
        }

        return !await database.Command("select exists (select from documents where status <> 'ready')").ScalarAsync<bool>(cancellationToken);
    }
}
