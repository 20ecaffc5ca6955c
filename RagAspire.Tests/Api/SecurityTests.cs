using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

public sealed class SecurityTests(SharedSystem shared, Stores stores)
{
    private static readonly byte[] Secret = Encoding.UTF8.GetBytes("The vault opens with the word zanzibar.");

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    [InlineData("rag_0123456789abcdef_notthesecret")]
    public async Task Without_a_valid_key_nothing_is_answered(string? key)
    {
        var system = await shared.SystemAsync(stores);
        using var client = new RagClient(system.Api.Address, key);
        foreach (var path in new[] { "/api/v1/documents", "/api/v1/operations/audit", "/api/v1/operations/api-keys" })
        {
            using var response = await client.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say_and_no_more()
    {
        var system = await shared.SystemAsync(stores);
        using var reader = new RagClient(system.Api.Address, await NewKeyAsync(system, ["read"]));

        using var read = await reader.Http.GetAsync("/api/v1/documents", TestContext.Current.CancellationToken);
        using var write = await reader.PostFileAsync("a.txt", Secret);
        using var operate = await reader.Http.GetAsync("/api/v1/operations/audit", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, write.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, operate.StatusCode);
    }

    [Fact]
    public async Task A_key_bound_to_a_collection_sees_no_other_one_by_any_way()
    {
        var system = await shared.SystemAsync(stores);
        var (mine, theirs) = (shared.NewCollection(), shared.NewCollection());
        var id = await system.Client.UploadAsync("vault.txt", Secret, ("collection", theirs));
        await system.Client.ProcessedAsync(id);
        await system.Client.FindAsync("zanzibar", theirs);
        using var bound = new RagClient(system.Api.Address, await NewKeyAsync(system, ["read", "write"], [mine]));

        foreach (var part in new[] { "", "/content", "/events", "/text", "/chunks" })
        {
            using var response = await bound.Http.GetAsync($"/api/v1/documents/{id}{part}", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }

        using var deletion = await bound.Http.DeleteAsync($"/api/v1/documents/{id}", TestContext.Current.CancellationToken);
        using var list = await bound.Http.GetAsync($"/api/v1/documents?collection={theirs}", TestContext.Current.CancellationToken);
        using var search = await bound.Http.PostAsJsonAsync(
            "/api/v1/search", new { query = "zanzibar", collection = theirs }, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, deletion.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, search.StatusCode);
        Assert.Empty((await bound.SearchAsync("zanzibar", mine))["hits"]!.AsArray());
        Assert.Equal("none", (await bound.AskAsync("What opens the vault?", mine))["kind"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_revoked_key_stops_working()
    {
        var system = await shared.SystemAsync(stores);
        var secret = await NewKeyAsync(system, ["read"]);
        using var client = new RagClient(system.Api.Address, secret);
        await client.GetAsync("/api/v1/documents");

        using var revoked = await system.Client.Http.DeleteAsync(
            $"/api/v1/operations/api-keys/{secret.Split('_')[1]}", TestContext.Current.CancellationToken);
        using var after = await client.Http.GetAsync("/api/v1/documents", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_with_who_did_it()
    {
        var system = await shared.SystemAsync(stores);
        var secret = await NewKeyAsync(system, ["read", "write"], name: "auditor-test");
        using var client = new RagClient(system.Api.Address, secret);
        var id = await client.UploadAsync("a.txt", Encoding.UTF8.GetBytes($"Audited text {secret[^4..]}."), ("collection", shared.NewCollection()));
        using var deleted = await client.Http.DeleteAsync($"/api/v1/documents/{id}", TestContext.Current.CancellationToken);

        var entries = (await system.Client.GetAsync("/api/v1/operations/audit"))["items"]!.AsArray();
        var actions = entries.Where(entry => entry!["subject"]!.GetValue<string>() == id.ToString())
            .Select(entry => (entry!["action"]!.GetValue<string>(), entry["actor"]!.GetValue<string>()));

        Assert.Equal([("document.delete", "auditor-test"), ("document.upload", "auditor-test")], actions);
        Assert.DoesNotContain(secret, entries.ToJsonString());
    }

    [Fact]
    public async Task No_key_and_no_document_text_is_in_a_log()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        await system.Client.UploadAndWaitAsync("secret.txt", Encoding.UTF8.GetBytes("Hush: the codeword is xylophone."), ("collection", collection));
        await system.Client.AskAsync("What is the codeword?", collection);

        Assert.DoesNotContain(RagSystem.Key, system.Api.Output + system.Worker.Output);
        Assert.DoesNotContain("xylophone", system.Api.Output + system.Worker.Output);
        Assert.DoesNotContain("codeword", system.Api.Output + system.Worker.Output);
    }

    [Fact]
    public async Task Health_tells_strangers_no_reasons_and_the_job_pages_want_an_operations_key()
    {
        var system = await shared.SystemAsync(stores);
        using var stranger = new RagClient(system.Api.Address, null);
        var health = await RagClient.JsonAsync(await stranger.Http.GetAsync("/health", TestContext.Current.CancellationToken));
        using var worker = new HttpClient { BaseAddress = system.Worker.Address };
        using var jobs = await worker.GetAsync("/hangfire", TestContext.Current.CancellationToken);
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"key:{RagSystem.Key}"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/hangfire") { Headers = { { "Authorization", $"Basic {basic}" } } };
        using var allowed = await worker.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("healthy", health["status"]!.GetValue<string>());
        Assert.Equal(["database", "redis", "vector_db", "llm_service"], ((JsonObject)health["components"]!).Select(c => c.Key));
        Assert.Equal(HttpStatusCode.Unauthorized, jobs.StatusCode);
        Assert.Contains("Basic", jobs.Headers.WwwAuthenticate.ToString());
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
    }

    [Fact]
    public async Task A_collection_that_is_named_before_the_file_is_checked_before_the_file_is_received()
    {
        var system = await shared.SystemAsync(stores);
        var key = await NewKeyAsync(system, ["write"], [shared.NewCollection()]);
        using var client = new TcpClient();
        await client.ConnectAsync(system.Api.Address.Host, system.Api.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        var head = $"""
            POST /api/v1/documents HTTP/1.1
            Host: localhost
            X-Api-Key: {key}
            Content-Type: multipart/form-data; boundary=part
            Content-Length: 1000000

            --part
            Content-Disposition: form-data; name="collection"

            {shared.NewCollection()}
            --part
            Content-Disposition: form-data; name="file"; filename="a.txt"

            The rest of the file is never sent.
            """;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.ReplaceLineEndings("\r\n")), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(stream);
        Assert.StartsWith("HTTP/1.1 403", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<string> NewKeyAsync(
        RagSystem system, string[] scopes, string[]? collections = null, string name = "test")
    {
        var made = await system.Client.PostAsync("/api/v1/operations/api-keys", new { name, scopes, collections });
        return made["secret"]!.GetValue<string>();
    }
}
