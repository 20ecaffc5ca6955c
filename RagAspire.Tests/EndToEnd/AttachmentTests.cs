using System.Net;
using System.Text;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Maintenance.Interruptions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>A mail with a PDF and another mail: what is inside is found, cited by its own name, and goes with the mail.</summary>
[Collection(Processes.Systems)]
public sealed class AttachmentTests(SharedSystem shared, Stores stores)
{
    private static readonly string Pdf = Convert.ToBase64String(DrawnPdf.Page(
        new DrawnPdf.Drawn(60, 780, "The warranty of the compressor lasts eleven years.")), Base64FormattingOptions.InsertLineBreaks);

    private static readonly byte[] Mail = Encoding.UTF8.GetBytes($"""
        From: a@example.com
        Subject: Two things
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=x

        --x
        Content-Type: text/plain

        Please read what is attached.
        --x
        Content-Type: application/pdf
        Content-Disposition: attachment; filename=warranty.pdf
        Content-Transfer-Encoding: base64

        {Pdf}
        --x
        Content-Type: message/rfc822
        Content-Disposition: attachment; filename=forwarded.eml

        From: b@example.com
        Subject: Gate
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary=y

        --y
        Content-Type: text/plain

        The harbour gate opens at six.
        --y
        Content-Type: text/plain
        Content-Disposition: attachment; filename=code.txt

        The code of the harbour gate is in drawer nine.
        --y--
        --x--
        """.ReplaceLineEndings("\r\n"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_attached_to_a_mail_is_cited_by_its_own_name_and_goes_with_the_mail()
    {
        var (client, collection) = ((await shared.SystemAsync(stores)).Client, shared.NewCollection());
        var mail = await client.UploadAndWaitAsync("mail.eml", Mail, ("collection", collection), ("tags", "team=pumps"));
        Assert.True(mail.Status == "ready", mail.ToJsonString());
        Assert.Equal(2, mail["children"]!.GetValue<int>());
        Assert.Null(mail["parentId"]);

        var children = await ChildrenAsync(client, collection, mail.Id);
        Assert.Equal(["forwarded.eml", "warranty.pdf"], children.Select(child => child.Name).Order());
        var forwarded = await client.ProcessedAsync(children.Single(child => child.Name == "forwarded.eml").Id);
        var code = await client.ProcessedAsync(Assert.Single(await ChildrenAsync(client, collection, forwarded.Id)).Id);
        Assert.All(children.Append(code), child => Assert.Equal("pumps", child["tags"]!["team"]!.GetValue<string>()));
        await AnswersAsync(client, collection, "How long does the warranty of the compressor last?", "eleven years", "warranty.pdf");
        await AnswersAsync(client, collection, "Where is the code of the harbour gate?", "drawer nine", "code.txt");
        var found = (await client.SearchAsync("drawer nine", collection, mode: "text")).Hits;
        Assert.Equal("code.txt", Assert.Single(found).DocumentName);

        using var refused = await client.SendFileAsync(HttpMethod.Put, $"/api/v1/documents/{code.Id}", "code.txt", "New."u8.ToArray());
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        var deleted = await client.SendAsync(HttpMethod.Delete, $"/api/v1/documents/{mail.Id}");

        Assert.Equal(3, deleted!["children"]!.GetValue<int>());
        Assert.Empty((await client.SearchAsync("warranty of the compressor", collection)).Hits);
        Assert.Empty((await client.SearchAsync("drawer nine", collection)).Hits);
        using var gone = await client.TrySendAsync(HttpMethod.Get, $"/api/v1/documents/{code.Id}");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_worker_killed_while_it_stores_what_is_inside_leaves_each_document_once()
    {
        await using var system = await RagSystem.StartAsync(stores);
        await system.Worker.KillAsync();
        var id = await system.Client.UploadAsync("mail.eml", Mail);
        await using (var locks = await TableLocks.TakeAsync(system.Database, "index_changes in share mode"))
        {
            await system.Worker.StartAsync(Token);
            await Eventually.TrueAsync(
                locks.BlockAsync, TimeSpan.FromSeconds(60), () => "The worker does not come to the change feed.", Token);
            await system.Worker.KillAsync();
        }

        await system.Worker.StartAsync(Token);

        Assert.Equal("ready", (await system.Client.ProcessedAsync(id)).Status);
        var children = await ChildrenAsync(system.Client, "default", id);
        Assert.Equal(["forwarded.eml", "warranty.pdf"], children.Select(child => child.Name).Order());
        foreach (var child in children)
        {
            Assert.Equal("ready", (await system.Client.ProcessedAsync(child.Id)).Status);
        }

        await system.Client.FindAsync("warranty of the compressor");
        Assert.Single((await system.Client.SearchAsync("compressor", mode: "text")).Hits);
    }

    private static async Task<IReadOnlyList<DocumentResponse>> ChildrenAsync(RagClient client, string collection, Guid id) =>
    [
        .. (await client.GetAsync($"/api/v1/documents?collection={collection}&parentId={id}"))["items"]!.AsArray()
            .Select(item => new DocumentResponse(item!)),
    ];

    private static async Task AnswersAsync(RagClient client, string collection, string question, string expected, string document)
    {
        await client.FindAsync(expected, collection);
        var answer = await client.AskAsync(question, collection);

        Assert.Contains(expected, answer["answer"]!.GetValue<string>());
        Assert.Equal(document, answer["citations"]!.AsArray()[0]!["documentName"]!.GetValue<string>());
    }
}
