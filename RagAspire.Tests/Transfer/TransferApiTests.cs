using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using RagAspire.Tests.Backups;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Transfer;

public sealed class TransferApiTests(SharedSystem shared, Stores stores)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collection_is_exported_and_taken_in_under_another_name()
    {
        var system = await shared.SystemAsync(stores);
        var (from, into) = (shared.NewCollection(), shared.NewCollection());
        await system.Client.UploadAndWaitAsync("pumps.txt", "The pump of the south basin hums."u8.ToArray(), ("collection", from), ("tags", "a=b"));

        using var exported = await system.Client.Http.GetAsync($"/api/v1/collections/{from}/export", Cancelled);
        Assert.Equal(("application/x-tar", $"{from}.tar"),
            (exported.Content.Headers.ContentType!.MediaType, exported.Content.Headers.ContentDisposition!.FileName));
        var archive = await exported.Content.ReadAsByteArrayAsync(Cancelled);
        var report = await ImportAsync(system.Client, into, archive, HttpStatusCode.OK);

        Assert.Equal((1, 1, 0), ((int)report["imported"]!, (int)report["chunks"]!, (int)report["processedAgain"]!));
        Assert.Equal("pumps.txt", Assert.Single(await system.Client.FindAsync("south basin", into)).DocumentName);
        var audit = (await system.Client.GetAsync("/api/v1/operations/audit"))["items"]!.AsArray()
            .Where(entry => $"{entry!["collection"]}" == into || $"{entry!["collection"]}" == from).Select(entry => $"{entry!["action"]}").ToList();
        Assert.Contains("collection.export", audit);
        Assert.Contains("document.import", audit);
        Assert.Contains("collection.import", audit);
    }

    [Fact]
    public async Task The_commands_of_the_worker_do_the_same()
    {
        var system = await shared.SystemAsync(stores);
        using var folder = TestDirectory.Create("transfer");
        var (from, into, file) = (shared.NewCollection(), shared.NewCollection(), Path.Combine(folder.Path, "c.tar"));
        await system.Client.UploadAndWaitAsync("valves.txt", "The valve of the west basin drips."u8.ToArray(), ("collection", from));
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__ragdb"] = system.Database,
            ["ConnectionStrings__cache"] = stores.Redis,
        };

        await WorkerCommand.RunAsync(0, settings, "export", from, file);
        var output = await WorkerCommand.RunAsync(0, settings, "import", file, "--into", into);

        Assert.Contains("1 documents, 1 imported", output);
        Assert.Equal("valves.txt", Assert.Single(await system.Client.FindAsync("west basin", into)).DocumentName);
    }

    [Fact]
    public async Task Rights_and_bodies_are_checked()
    {
        var system = await shared.SystemAsync(stores);
        var (mine, theirs) = (shared.NewCollection(), shared.NewCollection());
        var given = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "transfer", scopes = new[] { "read", "write" }, collections = new[] { mine } });
        using var bound = new RagClient(system.Api.Address, $"{given["secret"]}");

        await ImportAsync(bound, theirs, new byte[2_000], HttpStatusCode.Forbidden);
        await ImportAsync(bound, mine, new byte[2_000], HttpStatusCode.BadRequest);
        await ImportAsync(bound, "no such name!", new byte[2_000], HttpStatusCode.BadRequest);
        using var forbidden = await bound.Http.GetAsync($"/api/v1/collections/{theirs}/export", Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);
        using var empty = await bound.Http.GetAsync($"/api/v1/collections/{mine}/export", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, empty.StatusCode);
    }

    private static async Task<JsonNode> ImportAsync(RagClient client, string collection, byte[] archive, HttpStatusCode expected)
    {
        using var body = new ByteArrayContent(archive);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var response = await client.Http.PostAsync(
            $"/api/v1/collections/{Uri.EscapeDataString(collection)}/import", body, Cancelled);
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
