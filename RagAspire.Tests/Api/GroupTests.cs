using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Documents that some keys see and others do not.</summary>
public sealed class GroupTests(SharedSystem shared, Stores stores)
{
    private const string Keys = "/api/v1/operations/api-keys";

    [Fact]
    public async Task A_document_is_seen_by_its_groups_alone_by_any_way()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var insider = await ClientAsync(system, collection, "staff", "board");
        using var outsider = await ClientAsync(system, collection, "guests");
        using var nobody = await ClientAsync(system, collection);
        var id = await UploadAsync(system.Client, collection, "vault.txt", "The vault opens with the word zanzibar.", "board");
        var open = await UploadAsync(system.Client, collection, "door.txt", "The door opens with a push.");

        Assert.Equal(id, (await insider.FindAsync("zanzibar", collection))[0].DocumentId);
        Assert.Equal("extractive", (await insider.AskAsync("Which word opens the vault?", collection)).Kind);
        Assert.Equal(["board"], Texts((await insider.DocumentAsync(id))["groups"]));
        foreach (var client in new[] { outsider, nobody })
        {
            foreach (var part in new[] { "", "/content", "/events", "/text", "/chunks" })
            {
                Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, HttpMethod.Get, $"/api/v1/documents/{id}{part}"));
            }

            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, HttpMethod.Delete, $"/api/v1/documents/{id}"));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, HttpMethod.Post, $"/api/v1/documents/{id}/retry"));
            using var replaced = await client.SendFileAsync(HttpMethod.Put, $"/api/v1/documents/{id}", "a.txt", "New."u8.ToArray());
            Assert.Equal(HttpStatusCode.NotFound, replaced.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, await GroupsAsync(client, id));
            foreach (var mode in new[] { "text", "hybrid" })
            {
                Assert.Equal([open], (await client.SearchAsync("vault opens word zanzibar", collection, mode: mode)).Hits.Select(hit => hit.DocumentId));
            }

            var listed = (await client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]!.AsArray();
            Assert.Equal([open], listed.Select(document => document!["id"]!.GetValue<Guid>()));
            Assert.Empty((await client.GetAsync($"/api/v1/documents?collection={collection}&q=zanzibar"))["items"]!.AsArray());
            var answer = await client.AskAsync("Which word opens the vault?", collection);
            Assert.DoesNotContain("zanzibar", answer.ToJsonString());
        }

        var counted = (await outsider.GetAsync("/api/v1/collections"))["items"]!.AsArray().Single(each => $"{each!["name"]}" == collection)!;
        Assert.Equal((1, 1), (counted["documents"]!.GetValue<int>(), counted["chunkCount"]!.GetValue<int>()));
        var explained = await outsider.PostAsync(
            "/api/v1/search", new { query = "zanzibar", collection, explain = true, expected = new[] { id } });
        Assert.Contains("no searchable document", explained["explanation"]!["missing"]![0]!["reason"]!.GetValue<string>());
        Assert.All(explained["explanation"]!["terms"]!.AsArray(), term => Assert.Null(term!["chunks"]));
    }

    [Fact]
    public async Task A_collection_of_hidden_documents_is_not_listed()
    {
        // Named so that it is on the first page.
        var system = await shared.SystemAsync(stores);
        var collection = $"0-{shared.NewCollection()}";
        await UploadAsync(system.Client, collection, "plan.txt", "Nobody else reads this plan.", "board");
        foreach (var (group, isSeen) in new[] { ("board", true), ("guests", false) })
        {
            using var client = new RagClient(
                system.Api.Address, await system.NewKeyAsync(new { name = "unbound", scopes = new[] { "read" }, groups = new[] { group } }));
            var listed = (await client.GetAsync("/api/v1/collections?limit=200"))["items"]!.AsArray().Select(each => $"{each!["name"]}");
            var models = (await client.GetAsync("/v1/models"))["data"]!.AsArray().Select(each => $"{each!["id"]}");
            Assert.Equal((isSeen, isSeen), (listed.Contains(collection), models.Contains(collection)));
        }
    }

    [Fact]
    public async Task A_result_of_one_key_is_never_served_to_another_and_follows_a_change_of_groups_at_once()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var red = await ClientAsync(system, collection, "red");
        using var blue = await ClientAsync(system, collection, "blue");
        var id = await UploadAsync(system.Client, collection, "pump.txt", "The pump has the code kumquat.", "red");
        await red.FindAsync("kumquat", collection);
        var path = $"/api/v1/search?query=kumquat&collection={collection}";

        for (var round = 0; round < 4; round++)
        {
            var (sees, not) = round % 2 == 0 ? (red, blue) : (blue, red);
            for (var again = 0; again < 2; again++)
            {
                Assert.Equal([id], (await sees.SearchAsync("kumquat", collection)).Hits.Select(hit => hit.DocumentId));
                Assert.Empty((await not.SearchAsync("kumquat", collection)).Hits);
                Assert.Equal("extractive", (await sees.AskAsync("Which code has the pump?", collection)).Kind);
                Assert.Equal("none", (await not.AskAsync("Which code has the pump?", collection)).Kind);
                using var seen = await sees.TrySendAsync(HttpMethod.Get, path);
                using var hidden = await not.TrySendAsync(HttpMethod.Get, path);
                Assert.NotEqual(seen.Headers.ETag, hidden.Headers.ETag);
            }

            Assert.Equal(HttpStatusCode.OK, await GroupsAsync(system.Client, id, round % 2 == 0 ? "blue" : "red"));

            // PostgreSQL hides it from the commit on; an index may find it for its new groups a moment later.
            Assert.Empty((await sees.SearchAsync("kumquat", collection)).Hits);
            await not.FindAsync("kumquat", collection);
        }
    }

    [Fact]
    public async Task A_next_version_for_other_groups_hides_the_version_before_at_once()
    {
        await using var system = await RagSystem.StartAsync(stores);
        const string Collection = "parcels";
        using var red = await ClientAsync(system, Collection, "red");
        var id = await UploadAsync(system.Client, Collection, "mail.txt", "The parcel holds a mandolin.", "red");
        await red.FindAsync("mandolin", Collection);
        await system.Worker.KillAsync();

        using var next = await system.Client.SendFileAsync(
            HttpMethod.Put, $"/api/v1/documents/{id}", "mail.txt", "The parcel is empty."u8.ToArray(), ("groups", "blue"));

        Assert.Equal(HttpStatusCode.Accepted, next.StatusCode);
        Assert.Empty((await red.SearchAsync("mandolin", Collection)).Hits);
    }

    [Fact]
    public async Task What_is_inside_a_document_is_seen_by_those_who_see_the_document()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var red = await ClientAsync(system, collection, "red");
        using var blue = await ClientAsync(system, collection, "blue");
        var mail = await UploadAsync(system.Client, collection, "offer.eml", SampleMail.Offer, "red");
        var path = $"/api/v1/documents?collection={collection}&parentId={mail}";
        var child = (await red.GetAsync(path))["items"]![0]!["id"]!.GetValue<Guid>();
        await system.Client.ProcessedAsync(child);
        await red.FindAsync("persimmon", collection);
        Assert.Empty((await blue.SearchAsync("persimmon", collection)).Hits);
        Assert.Empty((await blue.GetAsync(path))["items"]!.AsArray());
        Assert.Equal(HttpStatusCode.Conflict, await GroupsAsync(system.Client, child, "blue"));
        Assert.Equal(HttpStatusCode.OK, await GroupsAsync(system.Client, mail, "blue"));

        Assert.Equal(["blue"], Texts((await blue.DocumentAsync(child))["groups"]));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(red, HttpMethod.Get, $"/api/v1/documents/{child}"));
        Assert.Empty((await red.SearchAsync("persimmon", collection)).Hits);
        await blue.FindAsync("persimmon", collection);
    }

    [Fact]
    public async Task Uploads_of_a_key_with_groups_belong_to_its_groups()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var red = await ClientAsync(system, collection, "red", "all");
        using var blue = await ClientAsync(system, collection, "blue");

        var own = await UploadAsync(red, collection, "own.txt", "Written by red.");
        var some = await UploadAsync(red, collection, "some.txt", "Written by red for some.", "red");
        using var foreign = await red.PostFileAsync("f.txt", "Foreign."u8.ToArray(), ("collection", collection), ("groups", "blue"));
        using var broken = await red.PostFileAsync("f.txt", "Foreign."u8.ToArray(), ("collection", collection), ("groups", "a b"));
        Assert.Equal(["all", "red"], Texts((await red.DocumentAsync(own))["groups"]));
        Assert.Equal(["red"], Texts((await red.DocumentAsync(some))["groups"]));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.BadRequest), (foreign.StatusCode, broken.StatusCode));

        // The same bytes for others are another document, so that their presence here stays unknown.
        var theirs = await UploadAsync(blue, collection, "own.txt", "Written by red.");
        Assert.NotEqual(own, theirs);
        Assert.Equal(theirs, await UploadAsync(blue, collection, "own.txt", "Written by red."));

        // Groups of others, and everyone, are not the key's to give or to take from.
        Assert.Equal(HttpStatusCode.Forbidden, await GroupsAsync(red, own, "red", "blue"));
        Assert.Equal(HttpStatusCode.Forbidden, await GroupsAsync(red, own));
        Assert.Equal(HttpStatusCode.OK, await GroupsAsync(red, own, "all"));
        Assert.Equal(HttpStatusCode.OK, await GroupsAsync(system.Client, some, "red", "blue"));
        Assert.Equal(HttpStatusCode.Forbidden, await GroupsAsync(red, some, "red"));
        Assert.Equal(HttpStatusCode.Conflict, await GroupsAsync(system.Client, own, "blue"));
        Assert.Equal(HttpStatusCode.BadRequest, await GroupsAsync(system.Client, own, "no,name"));

        // A new version keeps the groups, and changes them when it says so.
        using var kept = await system.Client.SendFileAsync(HttpMethod.Put, $"/api/v1/documents/{own}", "own.txt", "Second."u8.ToArray());
        Assert.Equal(["all"], Texts((await RagClient.JsonAsync(kept))["groups"]));
        using var given = await system.Client.SendFileAsync(
            HttpMethod.Put, $"/api/v1/documents/{own}", "own.txt", "Second."u8.ToArray(), ("groups", "blue"));
        Assert.Equal(["groups"], Texts((await RagClient.JsonAsync(given))["changed"]));
        await system.Client.ProcessedAsync(own);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(blue, HttpMethod.Get, $"/api/v1/documents/{own}"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(red, HttpMethod.Get, $"/api/v1/documents/{own}"));
    }

    [Fact]
    public async Task An_external_id_of_a_hidden_document_is_taken_and_says_no_more()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var red = await ClientAsync(system, collection, "red");
        using var blue = await ClientAsync(system, collection, "blue");
        (string, string)[] target = [("collection", collection)];
        const string Path = "/api/v1/documents/by-external-id/order-7";

        using var made = await red.SendFileAsync(HttpMethod.Put, Path, "o.txt", "Order seven."u8.ToArray(), target);
        using var taken = await blue.SendFileAsync(HttpMethod.Put, Path, "o.txt", "Order eight."u8.ToArray(), target);
        using var next = await red.SendFileAsync(HttpMethod.Put, Path, "o.txt", "Order nine."u8.ToArray(), target);

        var document = await RagClient.JsonAsync(made);
        Assert.Equal(["red"], Texts(document["groups"]));
        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.Accepted), (taken.StatusCode, next.StatusCode));
        Assert.DoesNotContain($"{document["id"]}", (await RagClient.JsonAsync(taken)).ToJsonString());
        Assert.Equal(2, (await RagClient.JsonAsync(next))["version"]!.GetValue<int>());
    }

    [Fact]
    public async Task Batches_retries_and_archives_know_groups()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var red = await ClientAsync(system, collection, "red");
        using var blue = await ClientAsync(system, collection, "blue");
        using var sent = await red.SendFileAsync(
            HttpMethod.Post, $"/api/v1/documents/batch?collection={collection}&groups=red", "broken.pdf", "%PDF-1.4 broken"u8.ToArray());
        var batch = await RagClient.JsonAsync(sent);
        var failed = batch["files"]![0]!["documentId"]!.GetValue<Guid>();
        Assert.Equal("failed", (await red.ProcessedAsync(failed)).Status);

        var batchPath = $"/api/v1/documents/batches/{batch["id"]}";
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(red, HttpMethod.Get, batchPath));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(blue, HttpMethod.Get, batchPath));
        var retry = new { collection, status = "failed" };
        Assert.Equal(0, (await blue.PostAsync("/api/v1/documents/retry", retry))["retried"]!.GetValue<int>());
        Assert.Equal(1, (await red.PostAsync("/api/v1/documents/retry", retry))["retried"]!.GetValue<int>());
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(red, HttpMethod.Get, $"/api/v1/collections/{collection}/export"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(red, HttpMethod.Post, $"/api/v1/collections/{collection}/import"));
    }

    [Fact]
    public async Task A_key_with_groups_reads_and_writes_and_no_more()
    {
        var system = await shared.SystemAsync(stores);
        foreach (var scope in new[] { "operations:read", "operations:run", "alerts:write", "keys", "admin" })
        {
            Assert.Equal(
                HttpStatusCode.BadRequest,
                await StatusAsync(system.Client, HttpMethod.Post, Keys, new { name = "k", scopes = new[] { "read", scope }, groups = new[] { "a" } }));
        }

        Assert.Equal(
            HttpStatusCode.BadRequest,
            await StatusAsync(system.Client, HttpMethod.Post, Keys, new { name = "k", scopes = new[] { "read" }, groups = new[] { "a\n" } }));
        using var client = await ClientAsync(system, shared.NewCollection(), "b", "a", "b");
        Assert.Equal(["a", "b"], Texts((await client.GetAsync("/api/v1/key"))["groups"]));
        Assert.Null((await system.Client.GetAsync("/api/v1/key"))["groups"]);
        using var minter = new RagClient(
            system.Api.Address, await system.NewKeyAsync(new { name = "minter", scopes = new[] { "keys", "read" } }));
        Assert.Equal(
            HttpStatusCode.Created,
            await StatusAsync(minter, HttpMethod.Post, Keys, new { name = "k", scopes = new[] { "read" }, groups = new[] { "a" } }));
    }

    private static async Task<RagClient> ClientAsync(RagSystem system, string collection, params string[] groups) => new(
        system.Api.Address,
        await system.NewKeyAsync(new { name = "grouped", scopes = new[] { "read", "write" }, collections = new[] { collection }, groups }));

    private static async Task<Guid> UploadAsync(
        RagClient client, string collection, string name, string text, params string[] groups)
    {
        var id = await client.UploadAsync(
            name, Encoding.UTF8.GetBytes(text), [("collection", collection), .. groups.Select(group => ("groups", group))]);
        await client.ProcessedAsync(id);
        return id;
    }

    private static Task<HttpStatusCode> GroupsAsync(RagClient client, Guid id, params string[] groups) =>
        StatusAsync(client, HttpMethod.Put, $"/api/v1/documents/{id}/groups", new { groups });

    private static async Task<HttpStatusCode> StatusAsync(RagClient client, HttpMethod method, string path, object? body = null)
    {
        using var response = await client.TrySendAsync(method, path, body);
        return response.StatusCode;
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(item => item!.GetValue<string>());
}
