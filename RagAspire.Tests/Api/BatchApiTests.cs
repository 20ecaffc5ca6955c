using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class BatchApiTests(SharedSystem shared, Stores stores)
{
    private const string Batch = "/api/v1/documents/batch";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_files_of_a_form_are_uploads_of_their_own()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        using var form = new MultipartFormDataContent
        {
            { new StringContent(collection), "collection" },
            { new StringContent("team=blue"), "tags" },
            { new ByteArrayContent("A text about herons."u8.ToArray()), "files", "herons.txt" },
            { new ByteArrayContent("A text about storks."u8.ToArray()), "files", "storks.txt" },
            { new ByteArrayContent([]), "files", "empty.txt" },
            { new ByteArrayContent([0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0]), "files", "program" },
            { new ByteArrayContent("A text about herons."u8.ToArray()), "files", "herons.txt" },
        };

        var receipt = await SendAsync(system, Batch, form, HttpStatusCode.Accepted);

        Assert.Equal(
            ["herons.txt accepted 202", "storks.txt accepted 202", "empty.txt rejected 400", "program rejected 415", "herons.txt known 200"],
            receipt["files"]!.AsArray().Select(file => $"{file!["name"]} {file["outcome"]} {file["code"]}"));
        JsonNode batch = null!;
        await Eventually.TrueAsync(
            async () => (batch = await system.Client.GetAsync($"/api/v1/documents/batches/{receipt["id"]}"))["statuses"]!["ready"]?.GetValue<int>() == 3,
            TimeSpan.FromSeconds(60), () => $"Not ready: {batch}", Cancelled);
        Assert.Equal(2, batch["statuses"]!["rejected"]!.GetValue<int>());
        Assert.Contains(batch["reasons"]!.AsArray(), reason => $"{reason!["reason"]}" == "The file is empty.");
        Assert.Equal((5, true), (batch["files"]!.GetValue<int>(), batch["endedAt"] is not null));
        var document = await system.Client.GetAsync($"/api/v1/documents/{receipt["files"]![0]!["documentId"]}");
        Assert.Equal((collection, "blue"), ($"{document["collection"]}", $"{document["tags"]!["team"]}"));
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    public async Task The_files_of_an_archive_keep_their_paths_and_hostile_ones_are_harmless(string kind)
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        (string, string)[] files =
        [
            ("guides/start.txt", $"How to start, in {kind}."), ("../../etc/passwd", $"A name that leads elsewhere, in {kind}."),
            ("x/empty.txt", ""),
        ];

        var receipt = await SendAsync(
            system, $"{Batch}?collection={collection}&tags=from={kind}", Archive(kind, files), HttpStatusCode.Accepted);

        Assert.Equal(
            ["guides/start.txt accepted", "etc/passwd accepted", "x/empty.txt rejected"],
            receipt["files"]!.AsArray().Select(file => $"{file!["name"]} {file["outcome"]}"));
        var id = $"{receipt["files"]![0]!["documentId"]}";
        Assert.Equal(kind, $"{(await system.Client.GetAsync($"/api/v1/documents/{id}"))["tags"]!["from"]}");
        using var content = await system.Client.Http.GetAsync($"/api/v1/documents/{id}/content", Cancelled);
        Assert.Equal("start.txt", content.Content.Headers.ContentDisposition!.FileName);
    }

    [Theory]
    [InlineData("tar", "two.txt", 4_000)]
    [InlineData("zip", "tw\0o.txt", 1_000)]
    public async Task What_came_before_a_broken_part_is_kept_and_the_answer_says_under_which_id(
        string kind, string second, int length)
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var text = string.Concat(Enumerable.Range(0, 1_500));
        var whole = await Archive(kind, ("one.txt", $"The first of a {kind}."), (second, text)).ReadAsByteArrayAsync(Cancelled);

        var problem = await SendAsync(
            system, $"{Batch}?collection={collection}", Body(whole[..length], "application/octet-stream"), HttpStatusCode.BadRequest);

        Assert.Contains("in the middle of 'two.txt'", $"{problem["detail"]}");
        var batch = await system.Client.GetAsync($"/api/v1/documents/batches/{problem["batchId"]}");
        Assert.Contains("two.txt", $"{batch["error"]}");
        Assert.Equal(1, batch["files"]!.GetValue<int>());
    }

    [Fact]
    public async Task Other_bodies_and_collections_of_others_are_refused()
    {
        var system = await shared.SystemAsync(stores);
        var mine = shared.NewCollection();
        var given = await system.Client.PostAsync(
            "/api/v1/operations/api-keys", new { name = "batches", scopes = new[] { "write", "read" }, collections = new[] { mine } });
        using var bound = new RagClient(system.Api.Address, $"{given["secret"]}");
        var archive = Archive("zip", ("a.txt", "A text of somebody."));

        await SendAsync(system, Batch, Body("no archive"u8.ToArray(), "application/zip"), HttpStatusCode.BadRequest);
        await SendAsync(system, Batch, Archive("zip"), HttpStatusCode.BadRequest);
        await SendAsync(system, Batch, Body("{}"u8.ToArray(), "application/json"), HttpStatusCode.UnsupportedMediaType);
        await SendAsync(bound, $"{Batch}?collection={shared.NewCollection()}", archive, HttpStatusCode.Forbidden);
        using var late = new MultipartFormDataContent
        {
            { new ByteArrayContent("A file first."u8.ToArray()), "files", "first.txt" },
            { new StringContent(mine), "collection" },
        };
        await SendAsync(system, Batch, late, HttpStatusCode.BadRequest);
        var others = await SendAsync(system, $"{Batch}?collection={shared.NewCollection()}",
            Archive("zip", ("b.txt", "A text of somebody else.")), HttpStatusCode.Accepted);
        using var hidden = await bound.Http.GetAsync($"/api/v1/documents/batches/{others["id"]}", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }

    [Fact]
    public async Task All_failed_documents_of_a_reason_are_retried()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        string[] damaged = ["%PDF-1.7\nnothing of one", "%PDF-1.7\nnothing of another"];
        var ids = new List<Guid>();
        foreach (var text in damaged)
        {
            ids.Add(await system.Client.UploadAsync("x.pdf", Encoding.ASCII.GetBytes(text), ("collection", collection)));
        }

        foreach (var id in ids)
        {
            Assert.Equal("failed", (await system.Client.ProcessedAsync(id)).Status);
        }

        var reason = $"{(await system.Client.GetAsync($"/api/v1/documents/{ids[0]}"))["error"]}";
        Assert.Equal(0, await RetryAsync(system, new { collection, reason = "no such reason" }));
        Assert.Equal(2, await RetryAsync(system, new { collection, reason = reason.ToUpperInvariant()[..10] }));
        await system.Client.ProcessedAsync(ids[0]);
        await system.Client.ProcessedAsync(ids[1]);
        Assert.Equal(2, await RetryAsync(system, new { collection, status = "failed" }));
        foreach (var body in new object[] { new { collection }, new { collection, status = "ready" }, new { reason, other = 1 } })
        {
            using var refused = await system.Client.TrySendAsync(HttpMethod.Post, "/api/v1/documents/retry", body);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }
    }

    [Fact]
    public async Task A_document_is_created_replaced_and_found_by_the_id_of_its_client()
    {
        var system = await shared.SystemAsync(stores);
        var (collection, other) = (shared.NewCollection(), shared.NewCollection());

        var created = await PutAsync(system, "crm:4711", "The first words of it.", collection, HttpStatusCode.Accepted);
        var replaced = await PutAsync(system, "crm:4711", "Quite other words of it.", collection, HttpStatusCode.Accepted);
        var same = await PutAsync(system, "crm:4711", "Quite other words of it.", collection, HttpStatusCode.OK);
        var elsewhere = await PutAsync(system, "crm:4711", "Quite other words of it.", other, HttpStatusCode.Accepted);

        Assert.Equal(($"{created["id"]}", 2), ($"{replaced["id"]}", replaced["version"]!.GetValue<int>()));
        Assert.Equal(($"{created["id"]}", "crm:4711"), ($"{same["id"]}", $"{same["externalId"]}"));
        Assert.NotEqual($"{created["id"]}", $"{elsewhere["id"]}");
        var list = await system.Client.GetAsync($"/api/v1/documents?collection={collection}&externalId=crm:4711");
        Assert.Equal([$"{created["id"]}"], list["items"]!.AsArray().Select(item => $"{item!["id"]}"));
        Assert.Empty((await system.Client.GetAsync($"/api/v1/documents?collection={collection}&externalId=none"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_document_without_such_an_id_gets_it_and_one_with_another_keeps_its_own()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        var id = await system.Client.UploadAsync("a.txt", "Words that were here before."u8.ToArray(), ("collection", collection));

        var adopted = await PutAsync(system, "x-1", "Words that were here before.", collection, HttpStatusCode.OK);
        Assert.Equal(($"{id}", "x-1"), ($"{adopted["id"]}", $"{adopted["externalId"]}"));
        Assert.Contains("externalId", adopted["changed"]!.AsArray().Select(what => $"{what}"));
        await PutAsync(system, "x-2", "Words that were here before.", collection, HttpStatusCode.Conflict);
        await PutAsync(system, new string('x', 201), "Other words.", collection, HttpStatusCode.BadRequest);

        var racing = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => system.Client.SendFileAsync(
            HttpMethod.Put, "/api/v1/documents/by-external-id/race", "r.txt", Encoding.UTF8.GetBytes($"Words of racer {i}."), ("collection", collection))));
        Assert.All(racing, response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
        var list = await system.Client.GetAsync($"/api/v1/documents?collection={collection}&externalId=race");
        Assert.Equal(6, Assert.Single(list["items"]!.AsArray())!["version"]!.GetValue<int>());
    }

    private static async Task<int> RetryAsync(RagSystem system, object body) =>
        (await system.Client.PostAsync("/api/v1/documents/retry", body))["retried"]!.GetValue<int>();

    private static async Task<JsonNode> PutAsync(
        RagSystem system, string externalId, string text, string collection, HttpStatusCode expected)
    {
        using var response = await system.Client.SendFileAsync(
            HttpMethod.Put, $"/api/v1/documents/by-external-id/{Uri.EscapeDataString(externalId)}", "a.txt",
            Encoding.UTF8.GetBytes(text), ("collection", collection));
        return await JsonAsync(response, expected);
    }

    private static Task<JsonNode> SendAsync(RagSystem system, string path, HttpContent body, HttpStatusCode expected) =>
        SendAsync(system.Client, path, body, expected);

    private static async Task<JsonNode> SendAsync(RagClient client, string path, HttpContent body, HttpStatusCode expected)
    {
        using var response = await client.Http.PostAsync(path, body, Cancelled);
        return await JsonAsync(response, expected);
    }

    private static async Task<JsonNode> JsonAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Cancelled);
        Assert.True(response.StatusCode == expected, $"{response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static ByteArrayContent Archive(string kind, params (string Path, string Text)[] files)
    {
        using var target = new MemoryStream();
        if (kind == "zip")
        {
            using var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (path, text) in files)
            {
                using var entry = zip.CreateEntry(path).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        else
        {
            using var tar = new TarWriter(target, leaveOpen: true);
            foreach (var (path, text) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                });
            }
        }

        return Body(target.ToArray(), kind == "zip" ? "application/zip" : "application/x-tar");
    }

    private static ByteArrayContent Body(byte[] bytes, string type)
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        return body;
    }
}
