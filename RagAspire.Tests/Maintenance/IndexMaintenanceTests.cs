using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors;
using RagAspire.TestSupport.Ollama;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.InProcess;

namespace RagAspire.Tests.Maintenance;

/// <summary>The index against PostgreSQL after points were lost or added.</summary>
public sealed class IndexMaintenanceTests(Stores stores)
{
    private const int Documents = 30;
    private const int FewDocuments = 4;
    private const int ChunksEach = 50;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_thousand_lost_and_a_thousand_foreign_vectors_are_repaired_and_counted()
    {
        await using var host = await HostAsync();
        var index = await FilledAsync(host);
        var all = await IdsAsync(index);
        await index.RemoveChunksAsync([.. all.Take(1000)], Cancelled);
        await index.UpsertAsync(Sample.Points(1000, dimensions: 8), Cancelled);

        var planned = await host.SucceedAsync("index-reconciliation", dryRun: true);
        Assert.Equal(2000, planned.Changed);
        Assert.Equal(all.Count, (await index.StatusAsync(Cancelled)).Points);

        var report = await host.SucceedAsync("index-reconciliation");
        Assert.Equal((2500, 2000, 0), (report.Examined, report.Changed, report.Failed));
        Assert.Equal(all.Order(), (await IdsAsync(index)).Order());
        Assert.Equal(0, (await host.SucceedAsync("index-reconciliation")).Changed);
    }

    [Fact]
    public async Task The_points_of_a_version_that_is_being_built_are_not_foreign()
    {
        await using var host = await HostAsync();
        var index = await FilledAsync(host);
        var document = await host.ScalarAsync<Guid>("select id from documents limit 1");
        await host.ExecuteAsync($"""
            update documents set version = 2, status = 'processing' where id = '{document}';
            insert into chunks (id, document_id, version, ordinal, text, token_count)
                values ('{Sample.Id(7)}', '{document}', 2, 0, 'text', 1);
            """);
        await index.UpsertAsync([Sample.Point(7, "text", document, Sample.Direction(1, 8)) with { Version = 2 }], Cancelled);

        Assert.Equal(0, (await host.SucceedAsync("index-reconciliation")).Changed);
        Assert.Contains(Sample.Id(7), await IdsAsync(index));
    }

    [Fact]
    public async Task A_rebuild_writes_every_point_again_and_a_compaction_loses_none()
    {
        await using var host = await HostAsync();
        var index = await FilledAsync(host);
        var all = await IdsAsync(index);
        await index.RemoveChunksAsync([.. all.Take(70)], Cancelled);

        Assert.Equal(all.Count, (await host.SucceedAsync("index-rebuild")).Changed);
        Assert.Equal(all.Order(), (await IdsAsync(index)).Order());
        await index.RemoveChunksAsync([.. all.Take(70)], Cancelled);
        await host.SucceedAsync("index-optimization");
        Assert.Equal(all.Skip(70).Order(), (await IdsAsync(index)).Order());
    }

    [Fact]
    public async Task Every_process_maintains_its_own_index()
    {
        var database = await stores.CreateDatabaseAsync();
        await using var one = await HostAsync(database);
        var first = await FilledAsync(one, documents: FewDocuments);
        await using var two = await HostAsync(database);
        var second = two.Get<InProcessVectorIndex>();
        await Eventually.TrueAsync(async () => (await second.StatusAsync(Cancelled)).Points == FewDocuments * ChunksEach,
            TimeSpan.FromSeconds(30), () => "The second index is not filled.", Cancelled);
        await PresentAsync(one, 2);
        await second.RemoveChunksAsync([.. (await IdsAsync(second)).Take(10)], Cancelled);

        var report = await one.SucceedAsync("index-reconciliation");
        Assert.Equal(10, report.Changed);
        Assert.Equal((await IdsAsync(first)).Order(), (await IdsAsync(second)).Order());
    }

    [Fact]
    public async Task Without_a_process_with_an_index_the_run_is_skipped()
    {
        await using var host = await MaintenanceHost.CreateAsync(await stores.CreateMigratedAsync(), stores.Redis);
        var run = await host.RunAsync("index-reconciliation");
        Assert.Equal(RunStatus.Skipped, run.Status);
    }

    [Fact]
    public async Task A_new_model_is_made_ready_while_the_old_one_serves_and_then_takes_over_and_until_then_there_is_a_way_back()
    {
        await using var ollama = await OllamaStub.StartAsync();
        var database = await stores.CreateDatabaseAsync();
        await using (var host = await HostAsync(database, new()
        {
            ["ConnectionStrings:embeddings"] = ollama.ConnectionString("old-model"),
            ["ConnectionStrings:embeddings-next"] = ollama.ConnectionString(ollama.EmbeddingModel),
            ["Usage:Prices:0:Model"] = ollama.EmbeddingModel,
            ["Usage:Prices:0:Input"] = "5000",
        }))
        {
            await FilledAsync(host, FewDocuments, "old-model");
            var planned = await host.SucceedAsync("re-embedding", dryRun: true);
            Assert.Equal((FewDocuments * ChunksEach, 400), (planned.Changed, planned.Before["tokens.missing"]));
            Assert.InRange(planned.Before["minutes.estimated"], double.Epsilon, 60);
            Assert.Equal("200 chunks with 400 tokens. They cost 2.00 USD.", planned.Notes[0]);
            Assert.Equal(FewDocuments * ChunksEach, await host.ScalarAsync<long>("select count(*) from embeddings"));

            var report = await host.SucceedAsync("re-embedding");
            Assert.Equal(FewDocuments * ChunksEach, report.Changed);
            Assert.Equal(0, (await host.SucceedAsync("re-embedding")).Changed);

            // The old model still serves: every point has its vector.
            var points = await host.Get<EmbeddingStore>()
                .PointsAsync(await host.ScalarAsync<Guid>("select id from documents limit 1"), 1, Cancelled);
            Assert.All(points, point => Assert.Equal(8, point.Dense!.Length));
        }

        await using (var next = await ServingAsync(database, ollama.ConnectionString(ollama.EmbeddingModel)))
        {
            Assert.NotEqual(8, (await next.Get<IVectorIndex>().StatusAsync(Cancelled)).Dimensions);
        }

        // There and back again, and at the end the vectors of the model that does not serve are deleted.
        await using var back = await ServingAsync(database, ollama.ConnectionString("old-model"));
        Assert.Equal(8, (await back.Get<IVectorIndex>().StatusAsync(Cancelled)).Dimensions);
        await PresentAsync(back, 1);
        Assert.Equal((0, 0), await ChangesAsync(back, dryRun: true));
        Assert.Equal(FewDocuments * ChunksEach * 2, await back.ScalarAsync<long>("select count(*) from embeddings"));
        Assert.Equal((0, 0), await ChangesAsync(back, dryRun: false));
        Assert.Equal(FewDocuments * ChunksEach, await back.ScalarAsync<long>(
            "select count(*) from embeddings where model = 'old-model' and dense = array[1, 0, 0, 0, 0, 0, 0, 0]::real[]"));
        Assert.Equal(FewDocuments * ChunksEach, await back.ScalarAsync<long>("select count(*) from embeddings"));
    }

    private static async Task<(long Examined, long Changed)> ChangesAsync(MaintenanceHost host, bool dryRun)
    {
        var report = await host.SucceedAsync("re-embedding", dryRun: dryRun);
        return (report.Examined, report.Changed);
    }

    /// <summary>The system, restarted with another model.</summary>
    private async Task<MaintenanceHost> ServingAsync(string database, string model)
    {
        var host = await HostAsync(database, new() { ["ConnectionStrings:embeddings"] = model });
        await Eventually.TrueAsync(
            async () => (await host.Get<IVectorIndex>().StatusAsync(Cancelled)).Points == FewDocuments * ChunksEach,
            TimeSpan.FromSeconds(30), () => "The index is not filled.", Cancelled);
        return host;
    }

    private async Task<MaintenanceHost> HostAsync(string? database = null, Dictionary<string, string?>? settings = null) =>
        await MaintenanceHost.CreateAsync(database ?? await stores.CreateMigratedAsync(), stores.Redis, settings, started: true);

    /// <summary>Fills the tables like ingestion does, and waits until the index is in step.</summary>
    private static async Task<InProcessVectorIndex> FilledAsync(
        MaintenanceHost host, int documents = Documents, string model = "")
    {
        await host.ExecuteAsync($$"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version, chunk_count)
            select gen_random_uuid(), 'default', 'd' || i, 'text/plain', 1, decode(md5(i::text), 'hex'), 'ready', 1,
                {{ChunksEach}}
            from generate_series(1, {{documents}}) i;
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), id, 1, o, 'chunk ' || o, 2 from documents, generate_series(1, {{ChunksEach}}) o;
            insert into embeddings (chunk_id, model, dense, term_hashes, term_counts)
            select id, '{{model}}', {{(model.Length > 0 ? "array[1, 0, 0, 0, 0, 0, 0, 0]::real[]" : "null")}},
                array[ordinal], array[1] from chunks;
            insert into index_changes (document_id, collection) select id, collection from documents
            """);
        var index = host.Get<InProcessVectorIndex>();
        await Eventually.TrueAsync(async () => (await index.StatusAsync(Cancelled)).Points == documents * ChunksEach,
            TimeSpan.FromSeconds(30), () => "The index does not follow.", Cancelled);
        await PresentAsync(host, 1);
        return index;
    }

    private static Task PresentAsync(MaintenanceHost host, int count) => Eventually.TrueAsync(
        async () => await host.ScalarAsync<long>("select count(*) from index_replicas where points > 0") >= count,
        TimeSpan.FromSeconds(30), () => "The index is not announced.", Cancelled);

    private static async Task<List<Guid>> IdsAsync(InProcessVectorIndex index)
    {
        var ids = new List<Guid>();
        await foreach (var page in index.ScanAsync(Cancelled))
        {
            ids.AddRange(page.Select(chunk => chunk.ChunkId));
        }

        return ids;
    }
}
