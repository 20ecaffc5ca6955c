using Npgsql;
using NpgsqlTypes;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Metadata;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Metadata;

/// <summary>PostgreSQL follows a filter as this process does.</summary>
public sealed class FilterSqlTests(Stores stores)
{
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

    [Theory]
    [InlineData("""{"field":"metadata.order","eq":4711}""", "documents_metadata")]
    [InlineData("""{"field":"metadata.author","in":["Ann 17","Ann 18"]}""", "documents_metadata")]
    [InlineData("""{"field":"tags.area","eq":"a17"}""", "documents_tags")]
    public async Task Equal_values_are_found_by_the_index(string text, string index)
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var database = core.Get<NpgsqlDataSource>();
        await database.Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, tags, metadata)
            select gen_random_uuid(), 'default', 'a', 'text/plain', 1, decode(md5(n::text), 'hex'),
                jsonb_build_object('area', 'a' || n % 2000),
                jsonb_build_object('order', n, 'author', jsonb_build_array('Ann ' || n % 2000, 'Bob'))
            from generate_series(1, 20000) n
            """).ExecuteAsync(Token);
        await database.Command("analyze documents").ExecuteAsync(Token);
        var filter = FilterSql.Of(MetadataFilter.Parse(text), "documents", "name", first: 1);

        var plan = await database.Command(
            $"explain select id from documents where collection = 'default' and {filter.Condition} order by id limit 50",
            [.. filter.Values]).ListAsync(row => row.GetString(0), Token);

        Assert.Contains(plan, line => line.Contains(index, StringComparison.Ordinal));
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
