using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using RagAspire.Benchmarks.Load;
using RagAspire.Database;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>
/// How much of the CPU time of ingestion is the model's: that of the worker's threads that run it. Cutting texts into tokens for
/// it counts as the worker's.
/// </summary>
internal sealed class ModelShare(IngestionSystem system, TextWriter output)
{
    private const string ModelThreads = "embedding";
    private const int WarmUp = 200;

    /// <returns>The exit code: 1 when a document is not ready.</returns>
    public async Task<int> PrintAsync(
        IReadOnlyCollection<LoadDocument> documents, int clients, CancellationToken cancellationToken)
    {
        await UploadAsync(SmallDocuments.From(0, WarmUp), clients, cancellationToken);
        using (var search = await system.Client.PostAsJsonAsync("/api/v1/search", new { query = "warm up" }, cancellationToken))
        {
            // The API has loaded its model as well.
            search.EnsureSuccessStatusCode();
        }

        var (chunks, before, embedded) = (await ChunksAsync(cancellationToken), system.Cpu(), Embedding());
        var startedAt = Stopwatch.GetTimestamp();
        var ready = await UploadAsync(documents, clients, cancellationToken);
        var (cpu, model, took) = (system.Cpu() - before, Embedding() - embedded, Stopwatch.GetElapsedTime(startedAt));
        chunks = await ChunksAsync(cancellationToken) - chunks;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{documents.Count} documents, {chunks} chunks in {took.TotalSeconds:0.0} s; CPU ms of a chunk: "
            + $"model {model / chunks * 1000:0.00}, all else {(cpu.Sum - model) / chunks * 1000:0.00} "
            + $"({(cpu with { Worker = cpu.Worker - model }).Of(chunks)}): the model is {model / cpu.Sum:0.0 %} of the time"));
        return ready ? 0 : 1;
    }

    private double Embedding() => ProcessFigures.ThreadCpuSeconds(system.Worker.ProcessId, ModelThreads);

    private async Task<bool> UploadAsync(IEnumerable<LoadDocument> documents, int clients, CancellationToken cancellationToken)
    {
        await system.UploadAsync(documents, clients, cancellationToken);
        var ready = await system.ReadyAsync(cancellationToken);
        await system.EmbeddedAsync(cancellationToken);
        return ready;
    }

    private Task<long> ChunksAsync(CancellationToken cancellationToken) =>
        system.Database.Command("select count(*) from chunks").ScalarAsync<long>(cancellationToken);
}
