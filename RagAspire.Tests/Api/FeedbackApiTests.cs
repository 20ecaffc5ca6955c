using System.Net;
using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class FeedbackApiTests(SharedSystem shared, Stores stores)
{
    private const string Path = "/api/v1/feedback";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Feedback_on_a_search_and_on_an_answer_is_stored_with_all_that_it_says()
    {
        var (system, collection) = await BeginAsync();
        var hit = (await system.Client.FindAsync("foxes", collection))[0];
        var search = await system.Client.SearchAsync("foxes", collection);
        var answer = await system.Client.AskAsync("What do foxes jump over?", collection);

        await RateAsync(system, new { searchId = search.SearchId, relevant = true, chunkId = hit.ChunkId, comment = "Right on top." });
        await RateAsync(system, new { answerId = answer.AnswerId, relevant = false });

        await using var dataSource = NpgsqlDataSource.Create(system.Database);
        var stored = await dataSource.Command("""
            select search_id, answer_id, chunk_id, relevant, comment, actor from feedback where collection = $1 order by id
            """, collection).ListAsync(
            row => (
                row.Nullable<Guid?>("search_id"), row.Nullable<Guid?>("answer_id"), row.Nullable<Guid?>("chunk_id"),
                row.Field<bool>("relevant"), row.Nullable<string>("comment"), row.Field<string>("actor")),
            Token);
        Assert.Equal(
            [
                (search.SearchId, null, hit.ChunkId, true, "Right on top.", "development"),
                (null, answer.AnswerId, null, false, null, "development"),
            ],
            stored);
    }

    [Fact]
    public async Task A_search_of_a_collection_that_the_key_may_not_use_does_not_exist_for_it()
    {
        var (system, collection) = await BeginAsync();
        var search = await system.Client.SearchAsync("foxes", collection);
        await RateAsync(system, new { searchId = search.SearchId, relevant = true });
        var created = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "bound", scopes = new[] { "read" }, collections = new[] { "another" } });
        using var bound = new RagClient(system.Api.Address, created["secret"]!.GetValue<string>());

        using var response = await bound.TrySendAsync(HttpMethod.Post, Path, new { searchId = search.SearchId, relevant = true });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task A_key_with_groups_rates_its_own_answers_and_the_searches_whose_hits_it_sees()
    {
        var (system, collection) = await BeginAsync();
        using var red = await GroupAsync(system, collection, "red");
        using var blue = await GroupAsync(system, collection, "blue");
        await system.Client.UploadAndWaitAsync(
            "valve.txt", "The valve has the code tangerine."u8.ToArray(), ("collection", collection), ("groups", "red"));
        await red.FindAsync("tangerine", collection);

        var answer = await red.AskAsync("Which code has the valve?", collection);
        var ofOther = await system.Client.AskAsync("Which code has the valve?", collection);
        var search = await red.SearchAsync("tangerine", collection);
        var open = await system.Client.SearchAsync("foxes", collection, mode: "text");

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(blue, new { answerId = answer.AnswerId, relevant = false }));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(red, new { answerId = ofOther.AnswerId, relevant = false }));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(blue, new { searchId = search.SearchId, relevant = false }));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(red, new { answerId = answer.AnswerId, relevant = true }));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(red, new { searchId = search.SearchId, relevant = true }));
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(blue, new { searchId = open.SearchId, relevant = true }));
    }

    /// <summary>A search is recorded in the background, and its id says that it may not be recorded yet.</summary>
    [Fact]
    public async Task Feedback_on_a_search_that_never_was_is_404()
    {
        var (system, _) = await BeginAsync();
        foreach (var id in new[] { Guid.NewGuid(), Guid.CreateVersion7(DateTimeOffset.UnixEpoch), Guid.CreateVersion7() })
        {
            using var response = await system.Client.TrySendAsync(HttpMethod.Post, Path, new { searchId = id, relevant = true });
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    private async Task<(RagSystem System, string Collection)> BeginAsync()
    {
        var (system, collection) = (await shared.SystemAsync(stores), shared.NewCollection());
        await system.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("Foxes jump over lazy dogs."), ("collection", collection));
        await system.Client.FindAsync("foxes", collection);
        return (system, collection);
    }

    private static async Task RateAsync(RagSystem system, object feedback) =>
        Assert.Equal(HttpStatusCode.NoContent, await StatusAsync(system.Client, feedback));

    private static async Task<HttpStatusCode> StatusAsync(RagClient client, object feedback)
    {
        using var response = await client.TrySendAsync(HttpMethod.Post, Path, feedback);
        return response.StatusCode;
    }

    private static async Task<RagClient> GroupAsync(RagSystem system, string collection, string group) => new(
        system.Api.Address,
        await system.NewKeyAsync(new { name = group, scopes = new[] { "read" }, collections = new[] { collection }, groups = new[] { group } }));
}
