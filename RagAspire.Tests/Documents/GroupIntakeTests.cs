using System.Text;
using RagAspire.Documents.Intake;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>Who sees a document that is stored while another call takes or deletes the same external id.</summary>
public sealed class GroupIntakeTests(Stores stores)
{
    private static readonly Dictionary<string, string> NoTags = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_document_has_the_groups_of_its_key_however_it_is_stored()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var intake = core.Get<DocumentIntake>();
        using var first = new TemporaryFile();
        using var second = new TemporaryFile();
        var (one, two) = (await ReceiveAsync(first, "One."), await ReceiveAsync(second, "Two."));

        Assert.Equal(["red"], (await intake.AcceptAsync(one, "default", NoTags, "test", Token)).Document.Groups);
        var put = await intake.PutAsync("id", two, "default", NoTags, "test", Token, _ => Assert.Fail("There is none."));
        Assert.Equal(["red"], put.Document.Groups);
        var given = await intake.PutAsync("id", two with { Groups = ["blue"] }, "default", NoTags, "test", Token);
        Assert.Equal(["blue"], given.Document.Groups);
        var kept = await intake.PutAsync("id", two with { Name = "other.txt" }, "default", NoTags, "test", Token);
        Assert.Equal(["blue"], kept.Document.Groups);
    }

    [Fact]
    public async Task A_document_that_has_taken_the_external_id_meanwhile_is_looked_at_before_it_changes()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var intake = core.Get<DocumentIntake>();
        using var first = new TemporaryFile();
        using var second = new TemporaryFile();
        var document = (await intake.PutAsync("id", await ReceiveAsync(first, "First."), "default", NoTags, "test", Token)).Document;

        // As if the look-up before had found none.
        var upload = (await ReceiveAsync(second, "Late.")) with { ExternalId = "id", DefaultGroups = ["blue"] };
        await Assert.ThrowsAsync<ExternalIdTakenException>(() => intake.AcceptAsync(
            upload, "default", NoTags, "test", Token, current => throw (current.Id == document.Id
                ? new ExternalIdTakenException() : new InvalidOperationException("It is another document."))));
    }

    private static async Task<UploadedFile> ReceiveAsync(TemporaryFile temporary, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var file = await FileReceiver.ReceiveAsync(new MemoryStream(bytes), "text.txt", temporary, bytes.Length, Token);
        return file with { DefaultGroups = ["red"] };
    }
}
