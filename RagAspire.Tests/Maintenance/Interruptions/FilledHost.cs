using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Sync;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Maintenance.Interruptions;

/// <summary>The product's services over a database with work for every task: documents, a model, a golden set.</summary>
internal sealed class FilledHost : IAsyncDisposable
{
    private readonly OllamaStub _ollama;
    private readonly TestDirectory _directory;
    private readonly Dictionary<string, string?> _settings;
    private readonly string _redis;

    private FilledHost(
        OllamaStub ollama, TestDirectory directory, Dictionary<string, string?> settings, string redis, MaintenanceHost host) =>
        (_ollama, _directory, _settings, _redis, Host) = (ollama, directory, settings, redis, host);

    public MaintenanceHost Host { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <param name="shared">The index that all processes share; null for an in-process index.</param>
    /// <param name="lockTimeout">Of database maintenance; by default it waits longer than any test holds a lock.</param>
    public static async Task<FilledHost> CreateAsync(
        string database, string redis, SharedIndexStub? shared = null, TimeSpan? lockTimeout = null)
    {
        var ollama = await OllamaStub.StartAsync();
        var directory = TestDirectory.Create("filled-host");
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings:chat"] = ollama.ConnectionString(ollama.ChatModel),
            ["ConnectionStrings:embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            ["Sync:Sources:shelf:Kind"] = "folder",
            ["Sync:Sources:shelf:Location"] = directory.Path,
            ["Sync:Sources:shelf:Include:0"] = "note.txt",
            ["Backups:Directory"] = Path.Combine(directory.Path, "backups"),
            ["Backups:SigningKey"] = BackupRig.SigningKey,
            ["Maintenance:Database:LockTimeout"] = (lockTimeout ?? TimeSpan.FromMinutes(10)).ToString(),
        };
        await File.WriteAllTextAsync(Path.Combine(directory.Path, "note.txt"), "A note of a source.", Cancelled);
        var host = await MaintenanceHost.CreateAsync(
            database, redis, settings, services => shared?.AddTo(services), started: true);
        var filled = new FilledHost(ollama, directory, settings, redis, host);
        await filled.FillAsync();
        await filled.IndexedAsync(shared is not null);
        return filled;
    }

    /// <summary>Another process over the same database without an in-process index, like a command on the command line.</summary>
    public async Task<MaintenanceHost> CommandAsync()
    {
        var command = await MaintenanceHost.CreateAsync(Host.ConnectionString, _redis, _settings);
        await command.Get<DatabaseStartup>().StartAsync(Cancelled);
        await command.Get<DatabaseStartup>().MigratedAsync(Cancelled);
        return command;
    }

    /// <summary>Waits until the index has all chunks and its process has announced it recently.</summary>
    public async Task IndexedAsync(bool isShared)
    {
        await Eventually.TrueAsync(
            () => Task.FromResult(Host.Get<IndexGeneration>().IsLoaded),
            TimeSpan.FromSeconds(30),
            () => "The index is not loaded.",
            Cancelled);
        if (isShared)
        {
            await Host.SucceedAsync("index-rebuild");
            return;
        }

        await Eventually.TrueAsync(
            async () => await Host.ScalarAsync<long>(
                """
                select count(*) from index_replicas
                where seen_at > now() - interval '5 seconds' and points = (select count(*) from chunks)
                """) > 0,
            TimeSpan.FromSeconds(30), () => "The index is not there.", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await using (var pooled = new NpgsqlConnection(Host.ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        await _ollama.DisposeAsync();
        _directory.Dispose();
    }

    private async Task FillAsync()
    {
        await Host.ExecuteAsync("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version, chunk_count)
            select gen_random_uuid(), 'default', n || '.txt', 'text/plain', 5, sha256(convert_to('text' || n, 'UTF8')),
                'ready', 1, 2
            from generate_series(1, 4) n;
            insert into document_contents (document_id, version) select id, 1 from documents;
            insert into document_slices (document_id, version, ordinal, bytes)
            select id, 1, 0, convert_to('text' || left(name, 1), 'UTF8') from documents;
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), id, 1, o, 'Chunk ' || o || ' is about animal' || left(name, 1) || '.', 5
                from documents, generate_series(0, 1) o;
            insert into golden_sets (collection, questions, updated_by)
            values ('default', '[{"question": "What is animal3?", "expected": [{"documentName": "3.txt"}]}]', 'test')
            """);
        var chunks = await Host.Database.Command("select id, text from chunks")
            .ListAsync(row => (Id: row.GetGuid(0), Text: row.GetString(1)), Cancelled);
        var terms = Host.Get<Bm25Encoder>();
        await using var connection = await Host.Database.OpenConnectionAsync(Cancelled);
        await EmbeddingStore.InsertTermsAsync(
            connection, [.. chunks.Select(chunk => new ChunkTerms(chunk.Id, terms.Encode(chunk.Text)))], Cancelled);
        await Host.ExecuteAsync("insert into index_changes (document_id, collection) select id, collection from documents");
    }
}
