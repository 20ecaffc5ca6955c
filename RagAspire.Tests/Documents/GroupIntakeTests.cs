using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors;

namespace RagAspire.Tests.Documents;

/// <summary>Who sees a document that is stored while another call takes or deletes the same external id.</summary>
public sealed class GroupIntakeTests(Stores stores)
{

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_document_has_the_groups_of_its_key_however_it_is_stored()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var intake = core.Get<DocumentIntake>();
        using var first = new TemporaryFile();
        using var second = new TemporaryFile();
        var (one, two) = (await ReceiveAsync(first, "One."), await ReceiveAsync(second, "Two."));

        Assert.Equal(["red"], (await intake.AcceptAsync(one, "default", Sample.NoTags, "test", Token)).Document.Groups);
        var put = await intake.PutAsync("id", two, "default", Sample.NoTags, "test", Token, _ => Assert.Fail("There is none."));
        Assert.Equal(["red"], put.Document.Groups);
        var given = await intake.PutAsync("id", two with { Groups = ["blue"] }, "default", Sample.NoTags, "test", Token);
        Assert.Equal(["blue"], given.Document.Groups);
        var kept = await intake.PutAsync("id", two with { Name = "other.txt" }, "default", Sample.NoTags, "test", Token);
        Assert.Equal(["blue"], kept.Document.Groups);
    }

    [Fact]
    public async Task A_document_that_has_taken_the_external_id_meanwhile_is_looked_at_before_it_changes()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var intake = core.Get<DocumentIntake>();
        using var first = new TemporaryFile();
        using var second = new TemporaryFile();
        var document = (await intake.PutAsync("id", await ReceiveAsync(first, "First."), "default", Sample.NoTags, "test", Token)).Document;

        // As if the look-up before had found none.
        var upload = (await ReceiveAsync(second, "Late.")) with { ExternalId = "id", DefaultGroups = ["blue"] };
        await Assert.ThrowsAsync<ExternalIdTakenException>(() => intake.AcceptAsync(
            upload, "default", Sample.NoTags, "test", Token, current => throw (current.Id == document.Id
                ? new ExternalIdTakenException() : new InvalidOperationException("It is another document."))));
    }

    [Fact]
    public async Task Two_calls_that_show_the_same_bytes_to_the_same_groups_at_once_leave_one_document_there()
    {
        await using var core = await CoreServices.CreateAsync(stores);
        var database = core.Get<NpgsqlDataSource>();
        using var temporary = new TemporaryFile();
        var file = await ReceiveAsync(temporary, "Same.");
        var one = (await core.Get<DocumentIntake>().AcceptAsync(file, "default", Sample.NoTags, "test", Token)).Document;
        var other = (await core.Get<DocumentIntake>().AcceptAsync(file with { Groups = ["blue"] }, "default", Sample.NoTags, "test", Token)).Document;
        await using var connection = await database.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await connection.Command("update documents set groups = array['green'] where id = $1", one.Id).ExecuteAsync(Token);

        var second = core.Get<DocumentGroups>().SetAsync(other.Id, ["green"], "test", _ => { }, Token);
        await Eventually.TrueAsync(
            async () => await database.Command("select count(*) > 0 from pg_locks where not granted").ScalarAsync<bool>(Token),
            TimeSpan.FromSeconds(10), () => "The second call waits for no lock.", Token);
        await transaction.CommitAsync(Token);

        Assert.Contains($"{one.Id}", (await Assert.ThrowsAsync<DuplicateContentException>(() => second)).Message);
    }

    private static async Task<UploadedFile> ReceiveAsync(TemporaryFile temporary, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var file = await FileReceiver.ReceiveAsync(new MemoryStream(bytes), "text.txt", temporary, bytes.Length, Token);
        return file with { DefaultGroups = ["red"] };
    }
}
