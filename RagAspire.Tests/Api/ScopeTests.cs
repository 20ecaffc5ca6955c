using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>What keys of each scope may do, and give.</summary>
public sealed class ScopeTests(SharedSystem shared, Stores stores)
{
    private const string Keys = "/api/v1/operations/api-keys";

    /// <summary>Of a document, a batch or a run that does not exist.</summary>
    private const string Id = "00000000-0000-0000-0000-000000000001";

    private static readonly string[] Scopes =
        ["read", "write", "operations:read", "operations:run", "alerts:write", "keys", "admin"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>A call, the scope that it needs, and whether a key that is bound to collections may make it.</summary>
    public static TheoryData<string, string, string, bool> Calls => new()
    {
        { "GET", "/api/v1/documents?collection=COLLECTION", "read", true },
        { "POST", "/api/v1/documents", "write", true },
        { "GET", $"/api/v1/documents/{Id}", "read", true },
        { "PUT", $"/api/v1/documents/{Id}", "write", true },
        { "PATCH", $"/api/v1/documents/{Id}", "write", true },
        { "DELETE", $"/api/v1/documents/{Id}", "write", true },
        { "GET", $"/api/v1/documents/{Id}/content", "read", true },
        { "GET", $"/api/v1/documents/{Id}/text", "read", true },
        { "GET", $"/api/v1/documents/{Id}/chunks", "read", true },
        { "GET", $"/api/v1/documents/{Id}/events", "read", true },
        { "POST", $"/api/v1/documents/{Id}/retry", "write", true },
        { "PUT", $"/api/v1/documents/{Id}/groups", "write", true },
        { "PUT", "/api/v1/documents/by-external-id/one", "write", true },
        { "POST", "/api/v1/documents/batch?collection=COLLECTION", "write", true },
        { "GET", $"/api/v1/documents/batches/{Id}", "read", true },
        { "POST", "/api/v1/documents/retry", "write", true },
        { "GET", "/api/v1/collections", "read", true },
        { "GET", "/api/v1/collections/COLLECTION/export", "read", true },
        { "POST", "/api/v1/collections/COLLECTION/import", "write", true },
        { "POST", "/api/v1/search", "read", true },
        { "GET", "/api/v1/search?query=fox&collection=COLLECTION", "read", true },
        { "POST", "/api/v1/answers", "read", true },
        { "POST", "/api/v1/feedback", "read", true },
        { "GET", "/v1/models", "read", true },
        { "POST", "/v1/chat/completions", "read", true },
        { "POST", "/v1/embeddings", "read", true },
    };

    /// <summary>The same for what operators call.</summary>
    public static TheoryData<string, string, string, bool> OperationCalls => new()
    {
        { "GET", "/api/v1/operations/audit", "operations:read", true },
        { "GET", "/api/v1/operations/golden-sets", "operations:read", true },
        { "GET", "/api/v1/operations/golden-sets/COLLECTION", "operations:read", true },
        { "GET", "/api/v1/operations/golden-sets/COLLECTION/evaluations", "operations:read", true },
        { "PUT", "/api/v1/operations/golden-sets/COLLECTION", "operations:run", true },
        { "DELETE", "/api/v1/operations/golden-sets/COLLECTION", "operations:run", true },
        { "POST", "/api/v1/operations/golden-sets/COLLECTION/evaluate", "operations:run", true },
        { "GET", "/api/v1/operations/maintenance", "operations:read", false },
        { "GET", "/api/v1/operations/maintenance/runs", "operations:read", false },
        { "GET", $"/api/v1/operations/maintenance/runs/{Id}", "operations:read", false },
        { "GET", $"/api/v1/operations/maintenance/runs/{Id}/events", "operations:read", false },
        { "DELETE", $"/api/v1/operations/maintenance/runs/{Id}", "operations:run", false },
        { "POST", "/api/v1/operations/maintenance/no-such-task", "operations:run", false },
        { "GET", "/api/v1/operations/backups", "operations:read", false },
        { "POST", "/api/v1/operations/backups", "operations:run", false },
        { "GET", "/api/v1/operations/backups/none", "operations:read", false },
        { "POST", "/api/v1/operations/backups/none/verify", "operations:run", false },
        { "GET", "/api/v1/operations/alerts", "operations:read", false },
        { "POST", "/api/v1/operations/alerts", "alerts:write", true },
        { "GET", "/api/v1/operations/alerts/0/diagnosis", "operations:read", false },
        { "GET", "/api/v1/operations/diagnostics", "operations:read", false },
        { "GET", "/api/v1/operations/diagnostics/database", "operations:read", false },
        { "GET", "/api/v1/operations/capacity", "operations:read", false },
        { "GET", "/api/v1/operations/capacity/charts/cpu.svg", "operations:read", false },
        { "GET", "/api/v1/operations/memory", "operations:read", false },
        { "GET", "/api/v1/operations/usage", "operations:read", false },
        { "GET", "/api/v1/operations/queues", "operations:read", false },
        { "GET", "/api/v1/operations/webhooks/deliveries", "operations:read", false },
        { "GET", Keys, "keys", true },
        { "POST", Keys, "keys", true },
        { "DELETE", $"{Keys}/none", "keys", true },
        { "PUT", $"{Keys}/none/budget", "keys", true },
        { "DELETE", $"{Keys}/none/budget", "keys", true },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    [MemberData(nameof(OperationCalls))]
    public async Task A_call_needs_its_scope_and_no_other(string method, string path, string needed, bool forBound)
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        foreach (var scope in Scopes)
        {
            var isAllowed = scope == needed || scope == "admin";
            if (!(isAllowed && IsBackup(method, path)))
            {
                using var unbound = await ClientAsync(system, [scope]);
                Assert.Equal(isAllowed, await MayAsync(unbound, method, path, collection));
            }

            if (scope != "admin")
            {
                using var bound = await ClientAsync(system, [scope], collection);
                Assert.Equal(scope == needed && forBound, await MayAsync(bound, method, path, collection));
            }
        }
    }

    /// <summary>Any key may ask what it is.</summary>
    [Fact]
    public async Task Every_call_of_the_description_is_covered()
    {
        var system = await shared.SystemAsync(stores);
        var described = (await system.Client.GetAsync("/openapi/v1.json"))["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject().Select(
                call => (Method: call.Key.ToUpperInvariant(), Path: path.Key.TrimEnd('/')))).ToHashSet();
        var covered = Calls.Concat(OperationCalls).Select(call => call.Data).Select(call => described
            .Where(each => each.Method == call.Item1 && IsAt(call.Item2.Split('?')[0], each.Path))
            .MinBy(each => each.Path.Count(letter => letter == '{'))).ToList();

        Assert.True(described.Count > 40);
        Assert.DoesNotContain(default, covered);
        Assert.Empty(described.Except(covered).Except([("GET", "/api/v1/key")]));
    }

    [Fact]
    public async Task Every_key_sees_its_own_rights()
    {
        var system = await shared.SystemAsync(stores);
        var collection = shared.NewCollection();
        foreach (var scope in Scopes.Where(scope => scope != "admin"))
        {
            using var client = await ClientAsync(system, [scope], collection);
            var key = await client.GetAsync("/api/v1/key");
            Assert.Equal("scoped", $"{key["name"]}");
            Assert.Equal(scope, $"{Assert.Single(key["scopes"]!.AsArray())}");
            Assert.Equal(collection, $"{Assert.Single(key["collections"]!.AsArray())}");
        }

        Assert.Null((await system.Client.GetAsync("/api/v1/key"))["collections"]);
        using var nobody = new RagClient(system.Api.Address, key: null);
        using var refused = await nobody.TrySendAsync(HttpMethod.Get, "/api/v1/key");
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task A_key_gives_only_what_it_has()
    {
        var system = await shared.SystemAsync(stores);
        var mine = shared.NewCollection();
        using var minter = await ClientAsync(system, ["keys", "read"], mine);

        await RefusedAsync(minter, new { name = "more", scopes = new[] { "write" }, collections = new[] { mine } });
        await RefusedAsync(minter, new { name = "more", scopes = new[] { "admin" } });
        await RefusedAsync(minter, new { name = "all", scopes = new[] { "read" } });
        await RefusedAsync(minter, new { name = "other", scopes = new[] { "read" }, collections = new[] { shared.NewCollection() } });
        var given = await minter.PostAsync(Keys, new { name = "less", scopes = new[] { "read" }, collections = new[] { mine } });
        var unboundKeys = await ClientAsync(system, ["keys"]);
        await RefusedAsync(unboundKeys, new { name = "reader", scopes = new[] { "read" } });

        var seen = (await minter.GetAsync(Keys))["items"]!.AsArray();
        Assert.Contains(seen, key => key!["name"]!.GetValue<string>() == "less");
        Assert.All(seen, key => Assert.Equal([mine], key!["collections"]!.AsArray().Select(one => one!.GetValue<string>())));
        using var revoked = await minter.Http.DeleteAsync($"{Keys}/{given["key"]!["id"]}", Cancelled);
        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
    }

    [Fact]
    public async Task A_key_does_not_manage_keys_with_more_rights()
    {
        var system = await shared.SystemAsync(stores);
        var strong = await system.Client.PostAsync(Keys, new { name = "strong", scopes = new[] { "admin" } });
        using var weak = await ClientAsync(system, ["keys"]);

        using var revoked = await weak.Http.DeleteAsync($"{Keys}/{strong["key"]!["id"]}", Cancelled);
        Assert.Equal(HttpStatusCode.NotFound, revoked.StatusCode);
        Assert.DoesNotContain(
            (await weak.GetAsync(Keys))["items"]!.AsArray(), key => key!["id"]!.GetValue<string>() == $"{strong["key"]!["id"]}");
    }

    [Fact]
    public async Task A_bound_key_reads_the_audit_log_of_its_collections()
    {
        var system = await shared.SystemAsync(stores);
        var (mine, theirs) = (shared.NewCollection(), shared.NewCollection());
        await system.Client.UploadAsync("a.txt", "One text."u8.ToArray(), ("collection", mine));
        await system.Client.UploadAsync("b.txt", "Another text."u8.ToArray(), ("collection", theirs));

        Assert.Equal([mine], await AuditedAsync(await ClientAsync(system, ["operations:read"], mine)));
        var unbound = await AuditedAsync(await ClientAsync(system, ["operations:read"]));
        Assert.Contains(mine, unbound);
        Assert.Contains(theirs, unbound);
        Assert.DoesNotContain(null, unbound);
        Assert.Contains(null, await AuditedAsync(system.Client));
    }

    [Fact]
    public async Task The_scope_admin_is_for_all_collections()
    {
        var system = await shared.SystemAsync(stores);
        using var response = await system.Client.TrySendAsync(
            HttpMethod.Post, Keys, new { name = "bound", scopes = new[] { "admin" }, collections = new[] { "default" } });
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private static async Task<IReadOnlyList<string?>> AuditedAsync(RagClient client) =>
    [
        .. (await client.GetAsync("/api/v1/operations/audit?limit=500"))["items"]!.AsArray()
            .Select(entry => entry!["collection"]?.GetValue<string>()).Distinct(),
    ];

    private static async Task RefusedAsync(RagClient client, object key)
    {
        using var response = await client.TrySendAsync(HttpMethod.Post, Keys, key);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    /// <summary>Whether a call passes the authorisation; what it is about need not be there.</summary>
    internal static async Task<bool> MayAsync(RagClient client, string method, string path, string collection)
    {
        var body = method is "POST" or "PUT" ? new JsonObject { ["query"] = "x", ["question"] = "x", ["collection"] = collection } : null;
        path = path.Replace("COLLECTION", collection, StringComparison.Ordinal);
        using var response = (method, path) switch
        {
            ("POST", "/api/v1/documents") or ("PUT", "/api/v1/documents/by-external-id/one" or $"/api/v1/documents/{Id}") =>
                await client.SendFileAsync(new HttpMethod(method), path, "empty.txt", [], ("collection", collection)),
            ("POST", _) when path.EndsWith("/import", StringComparison.Ordinal) || path.Contains("/batch?", StringComparison.Ordinal) =>
                await client.Http.PostAsync(path, Bytes(), Cancelled),
            _ => await client.TrySendAsync(new HttpMethod(method), path, body),
        };
        Assert.True((int)response.StatusCode < 500, $"{method} {path}: {response.StatusCode}");
        Assert.NotEqual(HttpStatusCode.Unauthorized, response.StatusCode);
        return response.StatusCode != HttpStatusCode.Forbidden;
    }

    /// <summary>It would make a backup, which the other tests of this system do not expect.</summary>
    internal static bool IsBackup(string method, string path) => (method, path) == ("POST", "/api/v1/operations/backups");

    /// <summary>Whether a path is that of a call with parameters.</summary>
    private static bool IsAt(string path, string template)
    {
        var (parts, names) = (path.Split('/'), template.Split('/'));
        return parts.Length == names.Length
            && parts.Zip(names).All(pair => pair.Second.Contains('{') || pair.First == pair.Second);
    }

    private static ByteArrayContent Bytes()
    {
        var bytes = new ByteArrayContent("no archive"u8.ToArray());
        bytes.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return bytes;
    }

    private static async Task<RagClient> ClientAsync(RagSystem system, string[] scopes, string? collection = null)
    {
        var collections = collection is null ? null : new[] { collection };
        var made = await system.Client.PostAsync(Keys, new { name = "scoped", scopes, collections });
        return new RagClient(system.Api.Address, made["secret"]!.GetValue<string>());
    }
}
