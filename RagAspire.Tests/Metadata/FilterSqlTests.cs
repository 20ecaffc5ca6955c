using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Tests.Support;
using RagAspire.Vectors;

namespace RagAspire.Tests.Metadata;

/// <summary>PostgreSQL follows a filter as this process does.</summary>
public sealed class FilterSqlTests(Stores stores)
{
    private static readonly Dictionary<string, string> NoTags = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_filters_select_the_same_documents(int seed)
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var samples = new SampleFilters(seed);
        var documents = new Dictionary<Guid, SampleDocument>();
        for (var number = 0; number < 120; number++)
        {
            var document = samples.Document();
            documents[await InsertAsync(core.Get<NpgsqlDataSource>(), document, number)] = document;
        }

        var found = 0;
        for (var round = 0; round < 400; round++)
        {
            var filter = samples.Filter();
            var page = await core.Get<DocumentStore>().ListAsync(
                new DocumentFilter("default", null, null, null, 200) { Metadata = filter }, Token);
            var passing = documents.Where(document => filter.Root.Holds(document.Value));
            var expected = passing.Select(document => document.Key).ToHashSet();
            Assert.True(expected.SetEquals(page.Items.Select(document => document.Id)), filter.Text);
            found += expected.Count is > 0 and < 120 ? 1 : 0;
        }

        Assert.True(found > 200, $"Only {found} filters told documents apart.");
    }

    /// <summary>By the statements that really run: what they read of the tables, as PostgreSQL counts it.</summary>
    [Fact]
    public async Task No_statement_reads_a_large_collection_for_a_few_documents()
    {
        // A connection reports its own counts, and a busy machine takes long to fill the tables.
        var database = $"{await stores.CreateMigratedAsync()};Maximum Pool Size=1;Command Timeout=300";
        await using var core = await CoreServices.CreateAsync(stores, database);
        var (source, documents, chunks) = (core.Get<NpgsqlDataSource>(), core.Get<DocumentStore>(), core.Get<ChunkSearchStore>());
        await FillAsync(source);
        var hits = await source.Command("select id from chunks order by id limit 40")
            .ListAsync(row => new IndexHit(row.GetGuid(0), 1), Token);
        foreach (var (collection, words, text) in SampleFilters.Selective)
        {
            var filter = MetadataFilter.Parse(text);
            var query = new SearchQuery(words, collection, 10, SearchMode.Text, NoTags) { Filter = filter };
            var list = new DocumentFilter(collection, null, null, null, 50) { Metadata = filter };

            await ReadsFewAsync(source, $"The list, {text},", async () => (await documents.ListAsync(list, Token)).Items.Count);
            await ReadsFewAsync(source, $"The full text, {text},", async () => (await chunks.FullTextAsync(query, Token)).Count);
            await ReadsFewAsync(source, $"The hits of an index, {text},", async () =>
            {
                await chunks.ReadAsync(hits, query, Token);
                return hits.Count;
            });
        }
    }

    /// <summary>Two collections of 200 and 19,800 documents with a chunk each.</summary>
    private static async Task FillAsync(NpgsqlDataSource database)
    {
        await database.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version, tags, created_at, metadata)
            select md5('d' || n)::uuid, case when n <= 200 then 'small' else 'large' end, 'report ' || n || '.txt',
                case when n % 2000 = 777 then 'text/rare' else 'text/plain' end, n * 10, decode(md5(n::text), 'hex'), 'ready', 1,
                jsonb_build_object('area', 'a' || n % 2000), '2020-01-01'::timestamptz + n * interval '1 hour',
                jsonb_build_object('order', n, 'due', to_char(date '2020-01-01' + n, 'YYYY-MM-DD'),
                    'author', jsonb_build_array('Ann ' || n % 2000, 'Bob'))
            from generate_series(1, 20000) n
            """).ExecuteAsync(Token);
        await database.Command("""
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select md5('c' || n)::uuid, md5('d' || n)::uuid, 1, 0, 'A common word, and number' || n || '.', 8
            from generate_series(1, 20000) n
            """).ExecuteAsync(Token);
        await database.Command("vacuum analyze documents, chunks").ExecuteAsync(Token);
    }

    /// <summary>Also when a statement is prepared, after five calls, and its plan kept for any values, after five more.</summary>
    private static async Task ReadsFewAsync(NpgsqlDataSource database, string what, Func<Task<int>> run)
    {
        const int Runs = 15;
        var before = await ReadAsync(database);
        for (var i = 0; i < Runs; i++)
        {
            Assert.True(await run() > 0, $"{what} finds nothing.");
        }

        var read = (await ReadAsync(database) - before) / Runs;
        Assert.True(read < 1_000, $"{what} reads {read} rows.");
    }

    /// <summary>Rows of documents and chunks that were read so far, by indexes or without.</summary>
    private static async Task<long> ReadAsync(NpgsqlDataSource database)
    {
        await database.Command("select pg_stat_force_next_flush()").ExecuteAsync(Token);
        return await database.Command("""
            select sum(seq_tup_read + idx_tup_fetch)::bigint from pg_stat_user_tables where relname in ('documents', 'chunks')
            """).ScalarAsync<long>(Token);
    }

    private static async Task<Guid> InsertAsync(NpgsqlDataSource database, SampleDocument document, int number)
    {
        var id = Guid.CreateVersion7();
        var ((name, type, size, createdAt, metadata), tags) = document;
        var json = new NpgsqlParameter { Value = metadata, NpgsqlDbType = NpgsqlDbType.Jsonb };
        await database.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, tags, created_at, metadata)
            values ($1, 'default', $2, $3, $4, $5, $6, $7, $8)
            """, id, name, type, size, BitConverter.GetBytes(number), Commands.Jsonb(tags), createdAt, json).ExecuteAsync(Token);
        return id;
    }
}
