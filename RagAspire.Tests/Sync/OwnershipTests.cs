using System.Security.Cryptography;
using System.Text;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors;

namespace RagAspire.Tests.Sync;

/// <summary>Which documents a source may change, and which it must not.</summary>
public sealed class OwnershipTests(Stores stores)
{

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_that_somebody_uploaded_are_never_touched()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        var uploaded = await UploadAsync(rig, "mine.txt", "The same bytes.");
        rig.Write("theirs.txt", "The same bytes.");
        rig.Write("other.txt", "Other bytes.");
        Assert.Equal("1 added, 1 duplicate.", await rig.SyncAsync());
        Assert.Equal("2 unchanged.", await rig.SyncAsync());
        rig.Delete("theirs.txt");
        await rig.SyncAsync();
        Assert.Contains(await rig.DocumentsAsync(), document => document == new SyncedDocument(uploaded, "mine.txt", 1, null, null));

        // An upload of what a source has brought takes the document from the source.
        var taken = await UploadAsync(rig, "other.txt", "Other bytes.");
        rig.Delete("other.txt");
        rig.Write("one-more.txt", "The source must not be empty.");
        await rig.SyncAsync();
        Assert.Contains(await rig.DocumentsAsync(), document => document == new SyncedDocument(taken, "other.txt", 1, null, null));
    }

    [Fact]
    public async Task Files_with_the_same_bytes_share_a_document_until_the_last_one_goes()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Twice the same.");
        rig.Write("b.txt", "Twice the same.");
        rig.Write("c.txt", "Something else.");
        Assert.Equal("2 added, 1 duplicate.", await rig.SyncAsync());
        rig.Write("a.txt", "Now it is different.");
        Assert.Contains("1 changed.", await rig.SyncAsync());
        Assert.Equal(3, (await rig.DocumentsAsync()).Count);
        rig.Delete("b.txt");
        Assert.Contains("1 deleted.", await rig.SyncAsync());
        Assert.Equal(2, (await rig.DocumentsAsync()).Count);

        // Changed to what another file has.
        rig.Write("a.txt", "Something else.");
        Assert.Contains("1 duplicate", await rig.SyncAsync());
        Assert.Single(await rig.DocumentsAsync());
        rig.Delete("a.txt");
        await rig.SyncAsync();
        Assert.Equal(["c.txt"], await rig.PathsAsync());
    }

    [Fact]
    public async Task A_document_that_somebody_deletes_comes_back()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Some text.");
        await rig.SyncAsync();
        await rig.Host.Get<DocumentStore>().DeleteAsync((await rig.DocumentsAsync())[0].Id, "test", Token);
        Assert.Equal("1 added.", await rig.SyncAsync());
    }

    private static async Task<Guid> UploadAsync(SyncRig rig, string name, string text)
    {
        using var temporary = new TemporaryFile();
        await File.WriteAllTextAsync(temporary.Path, text, Token);
        var bytes = Encoding.UTF8.GetBytes(text);
        var file = new UploadedFile(temporary.Path, name, "text/plain", bytes.Length, SHA256.HashData(bytes));
        return (await rig.Host.Get<DocumentIntake>().AcceptAsync(file, "shelf", Sample.NoTags, "operator", Token)).Document.Id;
    }
}
