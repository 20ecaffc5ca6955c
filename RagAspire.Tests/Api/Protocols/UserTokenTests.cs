using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.Tokens;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Walks;

namespace RagAspire.Tests.Api.Protocols;

/// <summary>Users of an issuer, by the tokens that it signs.</summary>
[Collection(ProtocolHost.Name)]
public sealed class UserTokenTests(ProtocolHost host)
{
    private const string Documents = $"/api/v1/documents?collection={ProtocolHost.SharedCollection}";

    private static readonly DateTime Now = TimeProvider.System.GetUtcNow().UtcDateTime;

    [Theory]
    [InlineData("good", 200, "")]
    [InlineData("expired a moment ago", 200, "")]
    [InlineData("expired", 401, "expired")]
    [InlineData("without an end", 401, "not valid")]
    [InlineData("of tomorrow", 401, "not valid yet")]
    [InlineData("other audience", 401, "audience")]
    [InlineData("other issuer", 401, "issuer")]
    [InlineData("alg none", 401, "not a token")]
    [InlineData("HS256 with the public key", 401, "not a token")]
    [InlineData("unknown key", 401, "does not publish")]
    [InlineData("other groups under the same signature", 401, "wrong")]
    [InlineData("no subject", 401, "who its user is")]
    [InlineData("a subject that cannot be stored", 401, "who its user is")]
    [InlineData("no JSON", 401, "not a token")]
    [InlineData("no groups", 403, "has rights here")]
    [InlineData("a group without a row", 403, "has rights here")]
    [InlineData("a group in other letters", 403, "has rights here")]
    public async Task A_token_gets_in_only_when_all_of_it_is_right(string kind, int status, string reason)
    {
        using var client = new RagClient(host.System.Api.Address, Token(kind));

        foreach (var path in new[] { Documents, "/api/v1/key" })
        {
            using var response = await client.TrySendAsync(HttpMethod.Get, path);
            Assert.Equal(status, (int)response.StatusCode);
            if (status != 200)
            {
                var problem = await RagClient.JsonAsync(response);
                Assert.Contains(reason, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
                Assert.NotNull(problem["traceId"]);
            }
        }
    }

    [Fact]
    public async Task Keys_that_the_issuer_replaces_are_followed_and_those_that_are_known_count_while_it_is_away()
    {
        using var before = User("red");
        using var known = await before.TrySendAsync(HttpMethod.Get, Documents);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        host.Issuer.Rotate();
        using var after = User("red");
        await Eventually.TrueAsync(
            async () => await StatusAsync(after) == HttpStatusCode.OK,
            TimeSpan.FromSeconds(30), () => "A new key is not accepted.", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(before));

        host.Issuer.IsAway = true;
        try
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(after));
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(before));
        }
        finally
        {
            host.Issuer.IsAway = false;
        }
    }

    [Fact]
    public async Task Users_of_two_groups_do_not_see_each_others_documents_and_the_audit_log_names_them()
    {
        using var red = User("red", "rita");
        using var blue = new RagClient(host.System.Api.Address, host.Issuer.Token("bob", ["blue"], token =>
            token.Subject = new([new("sub", "7"), new("preferred_username", "B\0o\u202eb\n")])));
        var id = await red.UploadAsync("red.txt", "The red vault opens with zanzibar."u8.ToArray(), ("collection", ProtocolHost.SharedCollection));
        await host.System.Client.ProcessedAsync(id);
        await red.FindAsync("zanzibar", ProtocolHost.SharedCollection);
        await blue.UploadAsync("blue.txt", "Blue is the sea."u8.ToArray(), ("collection", ProtocolHost.SharedCollection));

        Assert.Empty((await blue.SearchAsync("zanzibar", ProtocolHost.SharedCollection, mode: "text")).Hits);
        using var hidden = await blue.TrySendAsync(HttpMethod.Get, $"/api/v1/documents/{id}");
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        Assert.DoesNotContain("red.txt", (await blue.GetAsync(Documents)).ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("zanzibar", await ToolAsync(blue, "search", new { query = "zanzibar", collection = ProtocolHost.SharedCollection, mode = "text" }));
        Assert.Contains("opens", await ToolAsync(red, "search", new { query = "zanzibar", collection = ProtocolHost.SharedCollection, mode = "text" }));

        var entries = (await host.System.Client.GetAsync("/api/v1/operations/audit?limit=500"))["items"]!.AsArray();
        Assert.Equal("rita (id-of-rita)", Assert.Single(entries, entry => Is(entry!, id))!["actor"]!.GetValue<string>());
        Assert.Contains(entries, entry => entry!["actor"]!.GetValue<string>() == "Bob (7)");

        using var http = new HttpClient { BaseAddress = host.System.Api.Address };
        var metrics = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("key=\"users\"", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("rita", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scopes_of_one_group_do_not_count_in_the_collections_of_another()
    {
        using var user = User(["CN=Editors: all", "readers"], "ed");
        var key = await user.GetAsync("/api/v1/key");
        Assert.Equal(("user:id-of-ed", "ed (id-of-ed)"), (key["id"]!.GetValue<string>(), key["name"]!.GetValue<string>()));
        await user.GetAsync("/api/v1/documents?collection=other");

        using var written = await user.PostFileAsync("a.txt", "A."u8.ToArray(), ("collection", ProtocolHost.SharedCollection));
        using var refused = await user.PostFileAsync("a.txt", "A."u8.ToArray(), ("collection", "other"));
        using var system = await user.TrySendAsync(HttpMethod.Get, "/api/v1/operations/alerts");
        Assert.Equal(
            [HttpStatusCode.Accepted, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden],
            [written.StatusCode, refused.StatusCode, system.StatusCode]);

        Assert.Contains("secret rug", await ToolAsync(user, "search", new { query = "cat", collection = "other", mode = "text" }));
        Assert.Contains("may not use", await ToolAsync(user, "upload_document", new { name = "b.txt", text = "B.", collection = "other" }));
        Assert.DoesNotContain("findings", await ToolAsync(user, "diagnose", new { }));
        using var admin = User(["admins", "readers"], "ada");
        Assert.Contains("items", await ToolAsync(admin, "list_alerts", new { }));
        await admin.GetAsync("/api/v1/operations/alerts");
    }

    private static async Task<HttpStatusCode> StatusAsync(RagClient client)
    {
        using var response = await client.TrySendAsync(HttpMethod.Get, Documents);
        return response.StatusCode;
    }

    private static bool Is(JsonNode entry, Guid id) =>
        entry["subject"]!.GetValue<string>() == $"{id}" && entry["action"]!.GetValue<string>() == "document.upload";

    private static async Task<string> ToolAsync(RagClient client, string name, object arguments)
    {
        using var request = McpRequest.Tool(name, arguments);
        using var response = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private RagClient User(string group, string name = "ann") => User([group], name);

    private RagClient User(string[] groups, string name) => new(host.System.Api.Address, host.Issuer.Token(name, groups));

    private string Token(string kind) => kind switch
    {
        "good" => Good(),
        "expired a moment ago" => Good(token => Live(token, Now.AddMinutes(-5), TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(-2))),
        "expired" => Good(token => Live(token, Now.AddHours(-2), Now.AddHours(-1))),
        "without an end" => Good(token => token.Expires = null),
        "of tomorrow" => Good(token => Live(token, Now.AddDays(1), Now.AddDays(2))),
        "other audience" => Good(token => token.Audience = "another"),
        "other issuer" => Good(token => token.Issuer = "https://issuer.example"),
        "alg none" => $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{Good().Split('.')[1]}.",
        "HS256 with the public key" => Good(token => token.SigningCredentials = new(
            new SymmetricSecurityKey(Encoding.ASCII.GetBytes(host.Issuer.PublicKey)) { KeyId = host.Issuer.KeyId }, "HS256")),
        "unknown key" => Good(token => token.SigningCredentials = new(
            new RsaSecurityKey(System.Security.Cryptography.RSA.Create(2048)) { KeyId = "another" }, "RS256")),
        "other groups under the same signature" => Tampered(Good().Split('.')),
        "no subject" => Good(token => token.Subject = null),
        "a subject that cannot be stored" => Good(token => token.Subject = new([new("sub", "a\0b")])),
        "no JSON" => "eyJub25l.eyJub25l.AAAA",
        "no groups" => Good(token => token.Claims.Clear()),
        "a group without a row" => Good(token => token.Claims["groups"] = new[] { "green" }),
        "a group in other letters" => Good(token => token.Claims["groups"] = new[] { "RED" }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private string Good(Action<SecurityTokenDescriptor>? change = null) => host.Issuer.Token("ann", ["red"], change);

    private static void Live(SecurityTokenDescriptor token, DateTime from, DateTime until) =>
        (token.IssuedAt, token.NotBefore, token.Expires) = (from, from, until);

    private static string Tampered(string[] parts)
    {
        var claims = JsonNode.Parse(Base64UrlEncoder.Decode(parts[1]))!;
        claims["groups"] = new JsonArray("admins");
        return $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}";
    }

    private static string Encode(string text) => Base64UrlEncoder.Encode(text);
}
