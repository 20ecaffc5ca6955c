using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using RagAspire.Database;
using RagAspire.Search;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Search;

/// <summary>How rare the words of a question are in one collection.</summary>
public sealed class DocumentFrequencyTests(Stores stores)
{
    [Fact]
    public async Task Chunks_are_counted_by_word_in_any_form_and_never_those_of_another_collection_or_version()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await new Migrator(dataSource, NullLogger<Migrator>.Instance).MigrateAsync(Token);
        await AddAsync(dataSource, "default", 3, "The pump is checked.", "Pumps are painted.", "A valve.");
        await AddAsync(dataSource, "default", null, "A pump that is not ready yet.");
        await AddAsync(dataSource, "theirs", 1, "Their pump.");

        var counts = await new DocumentFrequency(dataSource).CountAsync("What are the Pumps, valves & 'bread' | !", "default", Token);

        Assert.Equal(3, counts!.Chunks);
        Assert.Equal(
            new Dictionary<string, long> { ["what"] = 3, ["are"] = 3, ["the"] = 3, ["pumps"] = 2, ["valves"] = 1, ["bread"] = 0 },
            counts.ChunksWith);
    }

    [Fact]
    public async Task A_text_without_words_and_an_empty_collection_count_nothing()
    {
        await using var dataSource = NpgsqlDataSource.Create(await stores.CreateDatabaseAsync());
        await new Migrator(dataSource, NullLogger<Migrator>.Instance).MigrateAsync(Token);

        var counts = await new DocumentFrequency(dataSource).CountAsync("?! …", "default", Token);

        Assert.Equal(0, counts!.Chunks);
        Assert.Empty(counts.ChunksWith);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task<int> AddAsync(NpgsqlDataSource dataSource, string collection, int? ready, params string[] texts) =>
        dataSource.Command("""
            with d as (
                insert into documents (id, collection, name, content_type, size_bytes, sha256, version, ready_version, chunk_count)
                values ($1, $2, 'a.txt', 'text/plain', 1, uuid_send($1), coalesce($3::int, 1), $3::int, cardinality($4::text[])) returning id, version)
            insert into chunks (id, document_id, version, ordinal, text, token_count)
            select gen_random_uuid(), d.id, d.version, t.place, t.text, 1 from d, unnest($4::text[]) with ordinality t(text, place)
            """, Guid.NewGuid(), collection, ready, texts).ExecuteAsync(Token);
}
