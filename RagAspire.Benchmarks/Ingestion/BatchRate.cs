using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using RagAspire.Benchmarks.Load;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>
/// What a document of 1 KB costs in a batch of 100 and in a large one, from the request until all are ready. Small batches come
/// before and after the large one, because the compiler, other programs and what is stored already change the cost.
/// </summary>
internal sealed class BatchRate(IngestionSystem system, TextWriter output)
{
    /// <summary>The documents of a small batch.</summary>
    public const int Small = 100;

    /// <summary>The default of <c>Limits:BatchFiles</c>.</summary>
    public const int Most = 10_000;

    private const int Rounds = 10;

    private int _next;

    /// <param name="warmUp">Documents in batches that are not measured.</param>
    /// <returns>The exit code: 1 when a document is not ready.</returns>
    public async Task<int> PrintAsync(int warmUp, int large, CancellationToken cancellationToken)
    {
        await SendAsync(warmUp, Small, cancellationToken);
        var before = await SendAsync(Rounds * Small, Small, cancellationToken);
        var whole = await SendAsync(large, large, cancellationToken);
        var after = await SendAsync(Rounds * Small, Small, cancellationToken);
        var parts = before + after;
        output.WriteLine("| batches of documents of 1 KB | ms of a document | CPU ms of a document | by part |");
        output.WriteLine("|---|---|---|---|");
        output.WriteLine($"| {Rounds} of {Small}, one after the other | {before} |");
        output.WriteLine($"| 1 of {large} | {whole} |");
        output.WriteLine($"| {Rounds} of {Small} again | {after} |");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"in the large batch a document takes {whole.Milliseconds / parts.Milliseconds:0.00} times the time and "
            + $"{whole.CpuMilliseconds / parts.CpuMilliseconds:0.00} times the CPU time that it takes in the small ones"));
        var stored = await system.Database.Command("select count(*) from documents").ScalarAsync<long>(cancellationToken);
        return stored == _next && await system.ReadyAsync(cancellationToken) ? 0 : 1;
    }

    private async Task<BatchCost> SendAsync(int documents, int size, CancellationToken cancellationToken)
    {
        var cost = new BatchCost(0, TimeSpan.Zero, new IngestionCpu(0, 0, 0, 0));
        for (var sent = 0; sent < documents; sent += size)
        {
            var archive = await ArchiveAsync(SmallDocuments.From(_next, size), cancellationToken);
            _next += size;
            var (startedAt, before) = (Stopwatch.GetTimestamp(), system.Cpu());
            using var content = new ByteArrayContent(archive) { Headers = { ContentType = new("application/x-tar") } };
            using var response = await system.Client.PostAsync(
                new Uri("/api/v1/documents/batch", UriKind.Relative), content, cancellationToken);
            response.EnsureSuccessStatusCode();
            await system.ReadyAsync(cancellationToken);
            cost += new BatchCost(size, Stopwatch.GetElapsedTime(startedAt), system.Cpu() - before);
        }

        return cost;
    }

    private static async Task<byte[]> ArchiveAsync(IEnumerable<LoadDocument> documents, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using (var archive = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var document in documents)
            {
                using var file = new MemoryStream(document.Bytes());
                await archive.WriteEntryAsync(
                    new UstarTarEntry(TarEntryType.RegularFile, document.Name) { DataStream = file }, cancellationToken);
            }
        }

        return bytes.ToArray();
    }

    private sealed record BatchCost(int Documents, TimeSpan Took, IngestionCpu Cpu)
    {
        public double Milliseconds => Took.TotalMilliseconds / Documents;

        public double CpuMilliseconds => Cpu.Sum / Documents * 1000;

        public static BatchCost operator +(BatchCost one, BatchCost other) =>
            new(one.Documents + other.Documents, one.Took + other.Took, one.Cpu + other.Cpu);

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Milliseconds:0.00} | {CpuMilliseconds:0.00} | {Cpu.Of(Documents)}");
    }
}
