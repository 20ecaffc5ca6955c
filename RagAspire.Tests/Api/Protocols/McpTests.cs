using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api.Protocols;

/// <summary>The system behind the public client of the Model Context Protocol.</summary>
[Collection(ProtocolHost.Name)]
public sealed class McpTests(ProtocolHost host)
{
    private static readonly string[] Reading = ["ask", "get_document_text", "list_collections", "list_documents", "search"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_sees_the_tools_that_its_key_may_use()
    {
        await using var own = await ConnectAsync(RagSystem.Key);
        await using var other = await ConnectAsync(host.OtherKey);

        Assert.Equal(
            [
                "ask", "capacity", "diagnose", "get_document_text", "get_maintenance_run", "get_runbook", "list_alerts",
                "list_collections", "list_documents", "run_maintenance", "search", "upload_document",
            ],
            (await own.ListToolsAsync(cancellationToken: Token)).Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            Reading,
            (await other.ListToolsAsync(cancellationToken: Token)).Select(tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.Equal("ragaspire", own.ServerInfo!.Name);
    }

    [Fact]
    public async Task A_question_is_answered_with_citations()
    {
        await using var client = await ConnectAsync(RagSystem.Key);
        var answer = await CallAsync(client, "ask", new { question = "What does the quick brown fox jump over?" });

        Assert.Equal(ProtocolHost.Answer, answer.GetProperty("answer").GetString());
        Assert.Equal("fox.txt", answer.GetProperty("citations")[0].GetProperty("documentName").GetString());
        Assert.Equal("generated", answer.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Passages_are_found_and_their_document_is_read_in_parts()
    {
        await using var client = await ConnectAsync(RagSystem.Key);
        var hit = (await CallAsync(client, "search", new { query = "quick fox", mode = "text" })).GetProperty("hits")[0];
        var id = hit.GetProperty("documentId").GetGuid();
        var first = await CallAsync(client, "get_document_text", new { documentId = id, length = 9 });
        var second = await CallAsync(client, "get_document_text", new { documentId = id, offset = first.GetProperty("nextOffset").GetInt32() });

        Assert.Equal(
            "The quick brown fox jumps over the lazy dog.",
            $"{first.GetProperty("text").GetString()}{second.GetProperty("text").GetString()}".Trim());
        var resource = await client.ReadResourceAsync($"ragaspire://documents/{id}", cancellationToken: Token);
        Assert.StartsWith("The quick brown fox", Assert.IsType<TextResourceContents>(resource.Contents[0]).Text, StringComparison.Ordinal);
    }

    /// <summary>Most of the chunks of the document do not exist, so reading it whole, or up to the window, would fail.</summary>
    [Fact]
    public async Task A_part_of_a_long_text_is_read_without_the_rest()
    {
        const int Chunks = 200_000;
        const int Length = 1_000;
        var id = (await host.System.Client.UploadAndWaitAsync("long.txt", "Emu."u8.ToArray())).Id;
        await using var database = NpgsqlDataSource.Create(host.System.Database);
        await database.Command("delete from chunks where document_id = $1", id).ExecuteAsync(Token);
        await database.Command("update documents set chunk_count = $2 where id = $1", id, Chunks).ExecuteAsync(Token);
        await database.Command("""
            insert into chunks (id, document_id, version, ordinal, text, token_count, place, lead)
            select gen_random_uuid(), $1, 1, n, rpad(n || ' ', $2 - 8, 'x') || '😀😀😀😀', 1,
                json_build_object('start', n * $2, 'end', (n + 1) * $2, 'headerLength', 0, 'parts', '[]'::json)::jsonb, ''
            from (select generate_series(0, 149) n union all select generate_series($3 - 20, $3 - 1)) numbers
            """, id, Length, Chunks).ExecuteAsync(Token);

        await using var client = await ConnectAsync(RagSystem.Key);
        var last = await CallAsync(client, "get_document_text", new { documentId = id, offset = (Chunks - 1) * Length, length = 100_000 });
        var half = await CallAsync(client, "get_document_text", new { documentId = id, offset = ((Chunks - 10) * Length) - 7, length = 2 });
        var resource = await client.ReadResourceAsync($"ragaspire://documents/{id}", cancellationToken: Token);
        await host.System.Client.SendAsync(HttpMethod.Delete, $"/api/v1/documents/{id}");

        Assert.StartsWith($"{Chunks - 1} xxx", last.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, last.GetProperty("nextOffset").ValueKind);
        Assert.Equal(Chunks * Length, last.GetProperty("characters").GetInt32());
        Assert.Equal(
            ("😀", ((Chunks - 10) * Length) - 6, ((Chunks - 10) * Length) - 4),
            (half.GetProperty("text").GetString(), half.GetProperty("offset").GetInt32(), half.GetProperty("nextOffset").GetInt32()));
        var text = Assert.IsType<TextResourceContents>(resource.Contents[0]).Text;
        Assert.StartsWith("0 xxx", text, StringComparison.Ordinal);
        Assert.Contains("99 xxx", text, StringComparison.Ordinal);
        Assert.DoesNotContain("100 xxx", text, StringComparison.Ordinal);
        Assert.EndsWith("get_document_text reads it from offset 100000 on.]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_has_no_marks_of_direction_and_an_upload_is_in_the_audit_log_under_the_name_of_its_key()
    {
        var secret = await host.System.NewKeyAsync(new { name = "agent-7", scopes = new[] { "read", "write" } });
        await using var client = await ConnectAsync(secret);
        var document = await CallAsync(
            client, "upload_document", new { name = "invoice\u202Etxt.\u2066exe", text = "The kiwi sleeps by day.", collection = "default" });
        var audit = (await host.System.Client.GetAsync("/api/v1/operations/audit?limit=500"))["items"]!.AsArray();

        Assert.Equal("invoicetxt.exe", document.GetProperty("name").GetString());
        var entry = Assert.Single(audit, each => $"{each!["subject"]}" == document.GetProperty("id").GetString())!;
        Assert.Equal(("agent-7", "default"), ($"{entry["actor"]}", $"{entry["collection"]}"));
    }

    [Fact]
    public async Task A_document_is_uploaded_and_listed()
    {
        await using var client = await ConnectAsync(RagSystem.Key);
        var document = await CallAsync(
            client, "upload_document", new { name = "../owl.md", text = "# Owl\n\nThe owl hunts at night.", tags = new[] { "kind=bird" } });
        Assert.Equal(("owl.md", "bird"), (document.GetProperty("name").GetString(), document.GetProperty("tags").GetProperty("kind").GetString()));
        await host.System.Client.ProcessedAsync(document.GetProperty("id").GetGuid());

        var listed = (await CallAsync(client, "list_documents", new { words = "owl", status = "ready" })).GetProperty("items");
        Assert.Equal(document.GetProperty("id").GetGuid(), Assert.Single(listed.EnumerateArray()).GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task A_caller_sees_its_collections_and_what_they_hold()
    {
        await using var client = await ConnectAsync(host.OtherKey);
        var collection = Assert.Single((await CallAsync(client, "list_collections", new { })).GetProperty("items").EnumerateArray());

        Assert.Equal(("other", 1), (collection.GetProperty("name").GetString(), collection.GetProperty("documents").GetInt32()));
    }

    [Fact]
    public async Task An_operator_diagnoses_reads_runbooks_and_tries_maintenance()
    {
        await using var client = await ConnectAsync(RagSystem.Key);
        Assert.NotEmpty((await CallAsync(client, "diagnose", new { since = "10m" })).GetProperty("status").GetString()!);
        Assert.Equal(JsonValueKind.Array, (await CallAsync(client, "list_alerts", new { status = "firing" })).GetProperty("items").ValueKind);
        Assert.NotEqual(JsonValueKind.Undefined, (await CallAsync(client, "capacity", new { ahead = "30d" })).ValueKind);
        var runbook = await client.CallToolAsync("get_runbook", new Dictionary<string, object?> { ["name"] = "ApiDown" }, cancellationToken: Token);
        Assert.Contains("ApiDown", Text(runbook), StringComparison.Ordinal);

        var run = await CallAsync(client, "run_maintenance", new { task = "clean-up" });
        await Eventually.TrueAsync(
            async () =>
            {
                run = await CallAsync(client, "get_maintenance_run", new { id = run.GetProperty("id").GetGuid() });
                return run.GetProperty("status").GetString() == "succeeded";
            },
            TimeSpan.FromSeconds(60),
            () => run.ToString(),
            Token);
        Assert.True(run.GetProperty("dryRun").GetBoolean());
    }

    [Theory]
    [InlineData("search", """{"query":""}""", "Query field is required")]
    [InlineData("search", """{"query":"fox","mode":"magic"}""", "Mode")]
    [InlineData("search", """{"query":"fox","collection":"No Such Name!"}""", "collection")]
    [InlineData("get_document_text", """{"documentId":"00000000-0000-0000-0000-000000000001"}""", "There is no such document.")]
    [InlineData("run_maintenance", """{"task":"no-such-task"}""", "There is no such maintenance task.")]
    [InlineData("get_runbook", """{"name":"../secret"}""", "There is no such runbook.")]
    [InlineData("upload_document", """{"name":"a.txt"}""", "Give either 'text' or 'base64'.")]
    [InlineData("upload_document", """{"name":"a.txt","base64":"%%%"}""", "'base64' is not base64.")]
    public async Task A_wrong_call_is_an_error_with_a_reason(string tool, string arguments, string reason)
    {
        await using var client = await ConnectAsync(RagSystem.Key);
        var result = await client.CallToolAsync(
            tool, JsonSerializer.Deserialize<Dictionary<string, object?>>(arguments)!, cancellationToken: Token);

        Assert.True(result.IsError);
        Assert.Contains(reason, Text(result), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", Text(result), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_gets_nothing_of_a_collection_of_others_and_no_tool_that_it_may_not_use()
    {
        await using var client = await ConnectAsync(host.OtherKey);
        var search = await client.CallToolAsync(
            "search", new Dictionary<string, object?> { ["query"] = "fox", ["collection"] = "default" }, cancellationToken: Token);
        Assert.True(search.IsError);
        Assert.Contains("may not use the collection", Text(search), StringComparison.Ordinal);

        var read = await client.CallToolAsync(
            "get_document_text", new Dictionary<string, object?> { ["documentId"] = host.Fox }, cancellationToken: Token);
        Assert.True(read.IsError);
        await Assert.ThrowsAnyAsync<McpException>(
            () => client.ReadResourceAsync($"ragaspire://documents/{host.Fox}", cancellationToken: Token).AsTask());
        await Assert.ThrowsAnyAsync<McpException>(
            () => client.CallToolAsync("diagnose", cancellationToken: Token).AsTask());
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => ConnectAsync("no key"));
    }

    private Task<McpClient> ConnectAsync(string key) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(host.System.Api.Address, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        }),
        cancellationToken: Token);

    private static async Task<JsonElement> CallAsync(McpClient client, string tool, object arguments)
    {
        var result = await client.CallToolAsync(
            tool,
            JsonSerializer.Deserialize<Dictionary<string, object?>>(JsonSerializer.Serialize(arguments))!,
            cancellationToken: Token);
        Assert.False(result.IsError ?? false, Text(result));
        var tools = await client.ListToolsAsync(cancellationToken: Token);
        var schema = tools.Single(listed => listed.Name == tool).ReturnJsonSchema!.Value;
        AssertComplete(schema, schema, result.StructuredContent!.Value, tool);
        return result.StructuredContent!.Value;
    }

    /// <summary>Clients refuse an answer without a member that the schema of the tool requires.</summary>
    private static void AssertComplete(JsonElement root, JsonElement schema, JsonElement value, string place)
    {
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$ref", out var reference))
        {
            schema = reference.GetString()!.Split('/').Skip(1).Aggregate(root, (at, name) => at.ValueKind == JsonValueKind.Array
                ? at[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : at.GetProperty(name));
        }

        if (value.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray() : default;
            Assert.All(required, name => Assert.True(value.TryGetProperty(name.GetString()!, out _), $"{place} has no {name}."));
            Assert.All(properties.EnumerateObject().Where(each => value.TryGetProperty(each.Name, out _)), each =>
                AssertComplete(root, each.Value, value.GetProperty(each.Name), $"{place}.{each.Name}"));
        }
        else if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            Assert.All(value.EnumerateArray(), item => AssertComplete(root, items, item, $"{place}[]"));
        }
    }

    private static string Text(CallToolResult result) =>
        string.Concat(result.Content.OfType<TextContentBlock>().Select(block => block.Text));
}
