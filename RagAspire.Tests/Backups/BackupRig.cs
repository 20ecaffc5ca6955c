using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Backups;
using RagAspire.Backups.Drill;
using RagAspire.Backups.Files;
using RagAspire.Backups.Restore;
using RagAspire.Backups.Signing;
using RagAspire.Database;
using RagAspire.Maintenance.Runs;
using RagAspire.Tests.Support;
using RagAspire.Vectors.Embedding;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Backups;

/// <summary>The product's services over one database and one directory of backups, without background work.</summary>
internal sealed class BackupRig : IAsyncDisposable
{
    /// <summary>The key of all rigs and commands, so that one can restore the backups of another.</summary>
    public const string SigningKey = "a signing key for tests, long enough";

    private readonly IHost _host;
    private readonly TestDirectory _directory;

    private BackupRig(IHost host, TestDirectory directory, string database, FakeTimeProvider clock) =>
        (_host, _directory, Database, Clock) = (host, directory, database, clock);

    public string Database { get; }

    /// <summary>The clock of the services, which a test advances.</summary>
    public FakeTimeProvider Clock { get; }

    /// <summary>The directory of the backups.</summary>
    public string Directory => Path.Combine(_directory.Path, "backups");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<BackupRig> CreateAsync(string database, params (string Name, string Value)[] settings) =>
        CreateAsync(database, _ => { }, settings);

    /// <param name="change">Replaces services of the product.</param>
    public static async Task<BackupRig> CreateAsync(
        string database, Action<IServiceCollection> change, params (string Name, string Value)[] settings)
    {
        var directory = TestDirectory.Create("backups");
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = database,
            ["ConnectionStrings:cache"] = "127.0.0.1:1",
            ["Backups:Directory"] = Path.Combine(directory.Path, "backups"),
            ["Backups:SigningKey"] = SigningKey,
            ["RAGASPIRE_DATA"] = Path.Combine(directory.Path, "data"),
        });
        builder.Configuration.AddInMemoryCollection(
            settings.Select(setting => new KeyValuePair<string, string?>($"Backups:{setting.Name}", setting.Value)).DistinctBy(setting => setting.Key));
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddRagCore();
        change(builder.Services);
        var rig = new BackupRig(builder.Build(), directory, database, clock);
        await rig.Get<Migrator>().MigrateAsync(Token);
        return rig;
    }

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public Task<BackupManifest> BackUpAsync() => Get<BackupService>().CreateAsync("test", (_, _) => { }, Token);

    public Task<VerificationResult> VerifyAsync(string id) => Get<BackupVerifier>().VerifyAsync(id, "test", Token);

    public Task<RestoreResult> RestoreAsync(string backup, string into, bool force = false, bool acceptUnsigned = false) =>
        Get<RestoreService>().RestoreAsync(
            new RestoreRequest(backup, into, force, "test") { AcceptUnsigned = acceptUnsigned }, (_, _) => { }, Token);

    public async Task<DrillResult> DrillAsync() => (await Get<RestoreDrill>().RunAsync("test", (_, _) => { }, Token))!;

    /// <summary>Runs a maintenance task from its request to its end.</summary>
    public async Task<MaintenanceRun> RunAsync(string task, string? argument = null, bool dryRun = false)
    {
        var requested = await Get<RunStore>().RequestAsync(task, dryRun, "test", Token, argument);
        return (await Get<MaintenanceRunner>().RunAsync(requested!, null, Token))!;
    }

    public async Task<Backup> RowAsync(string id) => (await Get<BackupStore>().FindAsync(id, Token))!;

    /// <summary>Adds ready documents with their bytes, chunks and terms, one of them large.</summary>
    public async Task SeedAsync(int documents, int largeBytes = 100_000)
    {
        await using var connection = await Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        await connection.Command($"""
            create temporary table seeds as
            select gen_random_uuid() as id, n, convert_to('Document ' || n || repeat(' x', n), 'UTF8') as content from generate_series(1, {documents}) n
            """).ExecuteAsync(Token);
        var large = new byte[largeBytes];
        new Random(1).NextBytes(large);
        await connection.Command("update seeds set content = $1 where n = 1", large).ExecuteAsync(Token);
        await connection.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, ready_version, status, chunk_count, tags)
            select id, 'default', n || '.txt', 'text/plain', length(content), sha256(content), 1, 'ready', 2, '{"kind": "seed"}' from seeds
            """).ExecuteAsync(Token);
        await connection.Command("insert into document_contents (document_id, version) select id, 1 from seeds").ExecuteAsync(Token);
        await connection.Command("insert into document_slices (document_id, version, ordinal, bytes) select id, 1, 0, content from seeds")
            .ExecuteAsync(Token);
        await connection.Command("""
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), id, 1, o, 'Passage ' || o || ' of word' || n || ' and item' || (n % 7), 5 from seeds, generate_series(0, 1) o
            """).ExecuteAsync(Token);
        await connection.Command("insert into index_changes (document_id, collection) select id, 'default' from seeds")
            .ExecuteAsync(Token);
        await connection.Command("""
            insert into answers (id, session_id, collection, question, answer, kind, chunk_ids)
            values (gen_random_uuid(), gen_random_uuid(), 'default', 'Where is word3?', 'There.', 'extractive', '{}')
            """).ExecuteAsync(Token);
        var chunks = await connection.Command("select c.id, c.text from chunks c where not exists (select from embeddings e where e.chunk_id = c.id)")
            .ListAsync(row => (Id: row.GetGuid(0), Text: row.GetString(1)), Token);
        var encoder = Get<Bm25Encoder>();
        await EmbeddingStore.InsertTermsAsync(
            connection, [.. chunks.Select(chunk => new ChunkTerms(chunk.Id, encoder.Encode(chunk.Text)))], Token);
        await connection.Command("drop table seeds").ExecuteAsync(Token);
    }

    public string PathOf(string backup, string file) => Path.Combine(Directory, backup, file);

    /// <summary>The directory of the system's own files, which is not that of the backups.</summary>
    public string DataDirectory => Path.Combine(_directory.Path, "data");

    /// <summary>Writes a manifest and its checksums, for which write access to the backups is enough.</summary>
    public async Task RewriteAsync(BackupManifest manifest)
    {
        var json = manifest.ToJson();
        await File.WriteAllBytesAsync(PathOf(manifest.Id, BackupManifest.FileName), json, Token);
        var sums = manifest.Files.Append(BackupFile.Of(BackupManifest.FileName, json)).Select(file => $"{file.SumsLine}\n");
        await File.WriteAllTextAsync(PathOf(manifest.Id, BackupManifest.SumsName), string.Concat(sums), Token);
    }

    /// <summary>Signs the manifest that a backup has now, with the key of the rig.</summary>
    public void Sign(string backup) => File.WriteAllBytes(
        PathOf(backup, ManifestSignature.FileName),
        ManifestSignature.Of(
            File.ReadAllBytes(PathOf(backup, BackupManifest.FileName)), Get<SigningKeys>().Current()).ToBytes());

    /// <summary>A file of a backup as its manifest describes it.</summary>
    public BackupFile Describe(string backup, string file)
    {
        var content = File.ReadAllBytes(PathOf(backup, file));
        using var blocks = new BlockChecksums();
        blocks.Append(content);
        return BackupFile.Of(file, content) with { Blocks = blocks.Finish() };
    }

    /// <summary>Flips one bit in the middle of a file.</summary>
    public void FlipByte(string backup, string file)
    {
        using var stream = new FileStream(PathOf(backup, file), FileMode.Open, FileAccess.ReadWrite);
        stream.Position = stream.Length / 2;
        var old = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(old ^ 1));
    }

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await using var pooled = new NpgsqlConnection(Database);
        NpgsqlConnection.ClearPool(pooled);
        _directory.Dispose();
    }
}

/// <summary>Runs SQL in any database.</summary>
internal static class Sql
{
    public static async Task<T> OneAsync<T>(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public static async Task ExecuteAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Row counts and checksums of the tables that a backup contains.</summary>
    public static async Task<string> AllAsync(string database)
    {
        string[] tables = ["documents", "document_contents", "document_slices", "chunks", "embeddings", "index_changes", "answers", "api_keys", "feedback", "searches"];
        var sums = new List<string>();
        foreach (var table in tables)
        {
            sums.Add($"{table} {await OneAsync<string>(database, $"select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t")}");
        }

        return string.Join('\n', sums);
    }
}
