using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Security;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>The list of collections.</summary>
public sealed class CollectionsApiTests(SharedSystem shared, Stores stores)
{
    private static readonly Caller Everybody = new("id", "all", [Scopes.Read], Collections: null);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_key_sees_its_collections_and_what_they_hold()
    {
        var system = await shared.SystemAsync(stores);
        var (mine, empty, theirs) = (shared.NewCollection(), shared.NewCollection(), shared.NewCollection());
        var text = "One document of mine."u8.ToArray();
        var document = await system.Client.UploadAndWaitAsync("a.txt", text, ("collection", mine));
        await system.Client.UploadAsync("b.txt", "Another of theirs."u8.ToArray(), ("collection", theirs));
        using var client = await BoundAsync(system, mine, empty);

        await Eventually.TrueAsync(
            async () => (await ItemsAsync(client)).Single(item => $"{item["name"]}" == mine)["ready"]!.GetValue<int>() == 1,
            TimeSpan.FromSeconds(30),
            () => "The document is not counted.",
            Token);

        var items = await ItemsAsync(client);
        Assert.Equal(new[] { mine, empty }.Order(StringComparer.Ordinal), items.Select(item => $"{item["name"]}"));
        var full = items.Single(item => $"{item["name"]}" == mine);
        Assert.Equal((1, 0), (full["documents"]!.GetValue<int>(), full["failed"]!.GetValue<int>()));
        Assert.Equal((1L, text.LongLength), (full["chunkCount"]!.GetValue<long>(), full["sizeBytes"]!.GetValue<long>()));
        var changed = (await system.Client.GetAsync($"/api/v1/documents/{document.Id}"))["updatedAt"]!.GetValue<DateTimeOffset>();
        Assert.Equal(changed, full["updatedAt"]!.GetValue<DateTimeOffset>());
        var nothing = items.Single(item => $"{item["name"]}" == empty);
        Assert.Equal((0, true), (nothing["documents"]!.GetValue<int>(), nothing["updatedAt"] is null));

        var all = (await ItemsAsync(system.Client)).Select(item => $"{item["name"]}").ToList();
        Assert.Superset(new HashSet<string> { mine, theirs, "default" }, all.ToHashSet());
        Assert.DoesNotContain(empty, all);
    }

    [Fact]
    public async Task Pages_lead_through_all_collections_once_in_the_order_of_their_names()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var names = Enumerable.Range(0, 25).Select(number => $"c{number:00}").ToList();
        await FillAsync(core, [.. names, .. names]);
        var collections = core.Get<CollectionStore>();

        var seen = new List<CollectionSummary>();
        string? after = null;
        do
        {
            var page = await collections.ListAsync(Everybody, after, limit: 4, Token);
            Assert.InRange(page.Items.Count, 1, 4);
            seen.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal([.. names, "default"], seen.Select(summary => summary.Name));
        Assert.All(seen.SkipLast(1), summary => Assert.Equal(
            new CollectionSummary(summary.Name, Documents: 2, Ready: 1, Failed: 1, ChunkCount: 6, SizeBytes: 20, UpdatedAt: null),
            summary with { UpdatedAt = null }));
        Assert.Equal(0, seen[^1].Documents);
        Assert.Equal(seen.Select(summary => summary.Name), await collections.NamesAsync(Everybody, Token));
        var bound = Everybody with { Collections = ["c03", "c90"] };
        Assert.Equal(["c03", "c90"], (await collections.ListAsync(bound, null, 10, Token)).Items.Select(summary => summary.Name));
        Assert.Equal(["c03", "c90"], await collections.NamesAsync(bound, Token));
    }

    [Theory]
    [InlineData("after=no%20name")]
    [InlineData("limit=0")]
    [InlineData("limit=201")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        var system = await shared.SystemAsync(stores);
        using var response = await system.Client.TrySendAsync(HttpMethod.Get, $"/api/v1/collections?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    /// <summary>A document in each of these collections: the first of a collection is ready, the others have failed.</summary>
    private static async Task FillAsync(CoreServices core, string[] collections) =>
        await core.Get<NpgsqlDataSource>().Command("""
            insert into documents (id, collection, name, content_type, size_bytes, sha256, status, chunk_count)
            select gen_random_uuid(), c.name, 'a.txt', 'text/plain', 10, sha256(c.number::text::bytea),
                case when row_number() over (partition by c.name) = 1 then 'ready' else 'failed' end, 3
            from unnest($1::text[]) with ordinality c (name, number)
            """, (object)collections).ExecuteAsync(Token);

    private static async Task<IReadOnlyList<JsonNode>> ItemsAsync(RagClient client)
    {
        var items = new List<JsonNode>();
        string? after = null;
        do
        {
            var page = await client.GetAsync($"/api/v1/collections?after={after}");
            items.AddRange(page["items"]!.AsArray().OfType<JsonNode>());
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        return items;
    }

    private static async Task<RagClient> BoundAsync(RagSystem system, params string[] collections)
    {
        var made = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "bound", scopes = new[] { "read" }, collections });
        return new RagClient(system.Api.Address, made["secret"]!.GetValue<string>());
    }
}
