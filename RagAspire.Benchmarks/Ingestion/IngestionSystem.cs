using System.Globalization;
using Npgsql;
using RagAspire.Benchmarks.Load;
using RagAspire.Database;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks.Ingestion;

/// <summary>An API and a worker that take documents in, with their stores.</summary>
internal sealed class IngestionSystem(PrivateSystem system, HostProcess api, HostProcess worker) : IAsyncDisposable
{
    /// <summary>More than the largest batch takes.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // Vectors take seconds, and each look costs CPU time of PostgreSQL's.
    private static readonly TimeSpan EmbeddingPause = TimeSpan.FromMilliseconds(500);

    public HttpClient Client { get; } = ClientOf(api);

    public NpgsqlDataSource Database { get; } = NpgsqlDataSource.Create(system.Database);

    public HostProcess Worker => worker;

    /// <param name="model">The setting of the model in the box.</param>
    public static async Task<IngestionSystem> StartAsync(string model, CancellationToken cancellationToken)
    {
        var system = await PrivateSystem.StartAsync(durable: true, cancellationToken);
        try
        {
            var settings = new Dictionary<string, string> { ["Embeddings__Embedded"] = model };
            var api = await system.StartAsync("RagAspire.Api", settings, cancellationToken);
            return new IngestionSystem(system, api, await system.StartAsync("RagAspire.Worker", settings, cancellationToken));
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>CPU time of each part since its start.</summary>
    public IngestionCpu Cpu()
    {
        var reading = ProcessFigures.CpuSecondsWithChildren(worker.ProcessId);
        var working = ProcessFigures.CpuSeconds(worker.ProcessId);
        return new IngestionCpu(
            ProcessFigures.CpuSeconds(api.ProcessId),
            working,
            reading - working,
            ProcessFigures.CpuSecondsWithChildren(system.DatabaseProcess!.Value));
    }

    public Task UploadAsync(IEnumerable<LoadDocument> documents, int clients, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            documents,
            new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = cancellationToken },
            async (document, token) => await document.UploadAsync(Client, token));

    /// <returns>Whether all documents are ready, once none is outstanding.</returns>
    public async Task<bool> ReadyAsync(CancellationToken cancellationToken)
    {
        await GoneAsync("status in ('pending', 'processing')", Pause, cancellationToken);
        return !await AnyAsync("status <> 'ready'", cancellationToken);
    }

    /// <summary>Waits until every chunk of every document has its vector.</summary>
    public Task EmbeddedAsync(CancellationToken cancellationToken) =>
        GoneAsync("embedded_count < chunk_count", EmbeddingPause, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Database.DisposeAsync();
        await system.DisposeAsync();
    }

    private async Task GoneAsync(string condition, TimeSpan pause, CancellationToken cancellationToken)
    {
        while (await AnyAsync(condition, cancellationToken))
        {
            await Task.Delay(pause, cancellationToken);
        }
    }

    private Task<bool> AnyAsync(string condition, CancellationToken cancellationToken) =>
        Database.Command($"select exists (select from documents where {condition})").ScalarAsync<bool>(cancellationToken);

    private static HttpClient ClientOf(HostProcess api)
    {
        var client = PrivateSystem.ClientOf(api);
        client.Timeout = RequestTimeout;
        return client;
    }
}

/// <summary>CPU seconds of the parts of a system. The cache is not among them: it runs in this process.</summary>
internal sealed record IngestionCpu(double Api, double Worker, double Extractors, double Database)
{
    public double Sum => Api + Worker + Extractors + Database;

    /// <summary>The parts with their milliseconds for one of so many documents or chunks.</summary>
    public string Of(long count) => string.Create(
        CultureInfo.InvariantCulture,
        $"API {Api / count * 1000:0.00} ms, worker {Worker / count * 1000:0.00} ms, extractors {Extractors / count * 1000:0.00} ms, "
        + $"PostgreSQL {Database / count * 1000:0.00} ms");

    public static IngestionCpu operator -(IngestionCpu now, IngestionCpu then) => new(
        now.Api - then.Api, now.Worker - then.Worker, now.Extractors - then.Extractors, now.Database - then.Database);

    public static IngestionCpu operator +(IngestionCpu one, IngestionCpu other) => new(
        one.Api + other.Api, one.Worker + other.Worker, one.Extractors + other.Extractors, one.Database + other.Database);
}
