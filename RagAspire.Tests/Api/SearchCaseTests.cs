using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Api;

/// <summary>Codes, spellings, quoted parts, repeated texts and explanations, as a user of the API meets them.</summary>
public sealed class SearchCaseTests(Stores stores, SharedSystem shared)
{
    /// <summary>Two documents with almost the same text.</summary>
    private static readonly (string Name, string Text)[] Repeated =
    [
        ("one.txt", "The pump must not run without water, because its seal would burn within a minute. Call the mechanic."),
        ("two.txt", "The pump must not run without water, because its seal would burn within a minute. Call the mechanic!"),
    ];

    [Fact]
    public async Task A_code_is_found_before_its_scattered_pieces_and_quoted_only_whole()
    {
        var (client, collection) = await FilledAsync(
            ("codes.md", "# Fault list\n\nFault ERR-1234 means the pressure sensor is open.\n\n## E\nFault ERR-1235 means the fan is blocked."),
            ("noise.md", "# Faults\n\nAn err in the 1234 test rows was found in the sensor log of 1999. The err of 1234 was the err of 1234."));

        Assert.Equal("codes.md", await FirstAsync(client, collection, "ERR-1234"));
        Assert.Equal("codes.md", await FirstAsync(client, collection, "ERR1234"));
        Assert.All(
            (await client.SearchAsync("\"ERR-1234\"", collection)).Hits, hit => Assert.Equal("codes.md", hit.DocumentName));

        var explanation = (await client.PostAsync(
            "/api/v1/search", new { query = "ERR-1234", collection, explain = true }))["explanation"]!;
        var terms = explanation["indexTerms"]!.AsArray().ToDictionary(term => $"{term!["kind"]} {term["term"]}", term => term!);
        Assert.True(terms["variant err1234"]["weight"]!.GetValue<double>() >= 1);
        Assert.True(terms["variant err1234"]["rarity"]!.GetValue<double>() > terms["word err"]["rarity"]!.GetValue<double>());
        var counts = explanation["hits"]![0]!["indexTerms"]!.AsArray()
            .ToDictionary(term => $"{term!["kind"]} {term["term"]}", term => term!["count"]!.GetValue<double>());
        Assert.True(counts["variant err1234"] >= 1);
        Assert.DoesNotContain("variant err1234", explanation["hits"]!.AsArray().Last()!["indexTerms"]!.AsArray().Select(
            term => $"{term!["kind"]} {term["term"]}"));
    }

    [Fact]
    public async Task Each_reason_for_which_an_expected_text_is_no_hit_is_named()
    {
        var (client, collection) = await FilledAsync([("manual.md", Manual(chapters: 3)), .. Repeated]);
        var all = await client.PostAsync("/api/v1/search", new { query = "pump mechanic", collection, limit = 20 });
        var documents = (await client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]!.AsArray();
        var repeated = documents.Single(document =>
            $"{document!["name"]}" is "one.txt" or "two.txt" && !Names(all).Contains($"{document["name"]}"));
        var duplicate = repeated!["id"]!.GetValue<Guid>();
        var worst = all["hits"]!.AsArray().Last(hit => $"{hit!["documentName"]}" == "manual.md")!["chunkId"]!.GetValue<Guid>();

        Assert.Contains("almost the same text", await ReasonAsync(duplicate, "pump mechanic"));
        Assert.Contains("limit of hits of one", await ReasonAsync(worst, "pump mechanic", perDocument: 1));
        Assert.Contains("lacks a quoted part", await ReasonAsync(worst, "mechanic \"pump must not\""));
        Assert.Contains("not have the tags", await ReasonAsync(worst, "pump mechanic", tags: new { site = "north" }));

        async Task<string> ReasonAsync(Guid expected, string query, int? perDocument = null, object? tags = null)
        {
            var request = new { query, collection, limit = 20, perDocument, tags, explain = true, expected = new[] { expected } };
            var missing = (await client.PostAsync("/api/v1/search", request))["explanation"]!["missing"]!;
            return $"{Assert.Single(missing.AsArray())!["reason"]}";
        }
    }

    [Fact]
    public async Task Words_are_found_in_other_spellings_and_by_the_name_of_the_file()
    {
        var (client, collection) = await FilledAsync(
            ("fr.txt", "L'entretien de l'ascenseur coûte 80 euros. L’œuvre est au musée d’Orsay."),
            ("camel.txt", "Set maxRetryCount to 5. The Wi-Fi password is reset with the e-mail form."),
            ("num.txt", "The turnover of the mill was 1,234,567.89 euros. The version is v2.10.3."),
            ("play.txt", "To be or not to be, that is the question of the play. IT department: IT is on floor 3."),
            ("manual-KX204.txt", "Turn the screw to the left."));

        foreach (var (query, name) in new[]
        {
            ("ascenseur", "fr.txt"), ("Orsay", "fr.txt"), ("retry count", "camel.txt"), ("wifi", "camel.txt"), ("email", "camel.txt"),
            ("1234567.89", "num.txt"), ("2.10.3", "num.txt"), ("to be or not to be", "play.txt"), ("IT", "play.txt"),
            ("KX204 manual", "manual-KX204.txt"),
        })
        {
            Assert.Equal((query, name), (query, await FirstAsync(client, collection, query)));
        }

        Assert.Contains("no word", (await client.SearchAsync("✅", collection, mode: "text")).Degraded);
    }

    [Fact]
    public async Task Repeated_texts_are_counted_and_a_document_may_have_a_limited_number_of_hits()
    {
        var (client, collection) = await FilledAsync([("manual.md", Manual(chapters: 5)), .. Repeated]);

        var all = await client.PostAsync("/api/v1/search", new { query = "pump mechanic", collection, limit = 20 });
        Assert.Equal(1, all["hits"]!.AsArray().Sum(hit => hit!["duplicates"]!.GetValue<int>()));
        Assert.Single(Names(all), name => name is "one.txt" or "two.txt");
        Assert.True(Names(all).Count(name => name == "manual.md") > 2);

        var limited = await client.PostAsync("/api/v1/search", new { query = "pump mechanic", collection, perDocument = 2 });
        Assert.Equal(2, Names(limited).Count(name => name == "manual.md"));
    }

    [Fact]
    public async Task The_next_text_is_found_behind_many_copies_of_the_best()
    {
        var copies = Enumerable.Range(0, 6).Select(at => ($"copy{at}.txt", $"The pump is greased every week and pump number {at} too. "
            + string.Join(' ', Enumerable.Range(0, 160).Select(word => $"word{word}"))));
        var (client, collection) = await FilledAsync([.. copies, ("other.txt", "Another pump. " + new string('-', 400))]);

        var found = await client.PostAsync("/api/v1/search", new { query = "pump greased", collection, limit = 2 });

        Assert.Equal("other.txt", Names(found).Last());
        Assert.Equal(5, found["hits"]![0]!["duplicates"]!.GetValue<int>());
    }

    [Fact]
    public async Task An_explanation_says_how_hits_were_found_and_why_others_are_none()
    {
        var (client, collection) = await FilledAsync(
            ("pump.txt", "The pump is greased every week."), ("fan.txt", "The fan and the pump are loud, and so is everything else here."),
            ("door.txt", "A door is open."));
        var documents = (await client.GetAsync($"/api/v1/documents?collection={collection}"))["items"]!.AsArray();
        Guid IdOf(string name) => documents.Single(each => each!["name"]!.GetValue<string>() == name)!["id"]!.GetValue<Guid>();
        var unknown = Guid.NewGuid();

        var result = await client.PostAsync("/api/v1/search", new
        {
            query = "pump greased",
            collection,
            limit = 1,
            explain = true,
            expected = new[] { IdOf("pump.txt"), IdOf("fan.txt"), IdOf("door.txt"), unknown },
        });

        var explanation = result["explanation"]!;
        var terms = explanation["terms"]!.AsArray().ToDictionary(term => term!["word"]!.GetValue<string>(), term => term!);
        Assert.Equal((2, 1), (terms["pump"]["chunks"]!.GetValue<int>(), terms["greased"]["chunks"]!.GetValue<int>()));
        Assert.True(terms["greased"]["weight"]!.GetValue<double>() > terms["pump"]["weight"]!.GetValue<double>());
        var hit = Assert.Single(explanation["hits"]!.AsArray())!;
        Assert.Equal(1, hit["text"]!["rank"]!.GetValue<int>());
        Assert.True(hit["terms"]!["greased"]!.GetValue<double>() >= 1);
        var missing = explanation["missing"]!.AsArray().ToDictionary(
            each => each!["id"]!.GetValue<Guid>(), each => each!["reason"]!.GetValue<string>());
        Assert.Equal([IdOf("fan.txt"), IdOf("door.txt"), unknown], missing.Keys);
        Assert.Contains("place 2", missing[IdOf("fan.txt")]);
        Assert.Contains("of the ranking", missing[IdOf("door.txt")]);
        Assert.Contains("no searchable", missing[unknown]);
    }

    /// <summary>A chunk for each chapter.</summary>
    private static string Manual(int chapters) => string.Join("\n\n", Enumerable.Range(1, chapters).Select(i =>
        $"# Pump {i}\n\nPump {i} is greased every {i} weeks by the mechanic. {string.Join(' ', Enumerable.Range(i * 1000, 150))}"));

    private async Task<(RagClient Client, string Collection)> FilledAsync(params (string Name, string Text)[] files)
    {
        var (client, collection) = ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
        var ids = new List<Guid>();
        foreach (var (name, text) in files)
        {
            ids.Add(await client.UploadAsync(name, Encoding.UTF8.GetBytes(text), ("collection", collection)));
        }

        foreach (var id in ids)
        {
            Assert.Equal("ready", (await client.ProcessedAsync(id)).Status);
        }

        foreach (var (name, _) in files)
        {
            await client.FindAsync(Path.GetFileNameWithoutExtension(name), collection);
        }

        return (client, collection);
    }

    private static async Task<string?> FirstAsync(RagClient client, string collection, string query) =>
        (await client.SearchAsync(query, collection)).Hits is [var first, ..] ? first.DocumentName : null;

    private static IEnumerable<string> Names(JsonNode result) =>
        result["hits"]!.AsArray().Select(hit => hit!["documentName"]!.GetValue<string>());
}
