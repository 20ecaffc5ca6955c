using System.Security.Cryptography;
using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>The right to process a document: one holder at a time, whatever becomes of him.</summary>
public sealed class LeaseTests(Stores stores) : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoTags = [];
    private CoreServices _core = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DocumentLeases Claims => _core.Get<DocumentLeases>();

    private DocumentStore Documents => _core.Get<DocumentStore>();

    public async ValueTask InitializeAsync() => _core = await CoreServices.CreateAsync(
        stores, settings: new Dictionary<string, string?> { ["Claims:Seconds"] = "2", ["Claims:MaxAttempts"] = "3" });

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task Of_many_who_want_a_document_one_gets_it()
    {
        var id = await UploadAsync("one");

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Claims.ClaimAsync(id, Token)));

        await using var winner = Assert.Single(claims, claim => claim is not null)!;
        Assert.Equal(1, winner.Document.Attempts);
    }

    [Fact]
    public async Task A_claim_is_renewed_for_as_long_as_it_is_held()
    {
        var id = await UploadAsync("one");
        await using var claim = (await Claims.ClaimAsync(id, Token))!;

        await Task.Delay(TimeSpan.FromSeconds(4), Token);

        Assert.Empty(await Documents.ReleaseExpiredAsync(Token));
        Assert.False(claim.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_claim_that_ran_out_is_given_to_the_next_one_and_its_first_holder_can_change_nothing_any_more()
    {
        var id = await UploadAsync("one");
        await using var first = (await Claims.ClaimAsync(id, Token))!;
        await SqlAsync("update documents set claimed_until = now() - interval '1 second' where id = $1", id);

        await using var second = await Claims.ClaimAsync(id, Token);

        Assert.NotNull(second);
        Assert.False(await first.ReadyAsync(1, Token));
        await first.RejectAsync("Too late.", Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.ProgressAsync(DocumentStage.Index, 90, Token));
        Assert.True(first.Lost.IsCancellationRequested);
        var document = (await Documents.FindAsync(id, Token))!;
        Assert.Equal((DocumentStatus.Processing, null), (document.Status, document.Error));
        Assert.True(await second.ReadyAsync(0, Token));
    }

    [Fact]
    public async Task A_claim_that_ends_without_an_outcome_puts_the_document_back_in_line()
    {
        var id = await UploadAsync("one");
        await using (await Claims.ClaimAsync(id, Token))
        {
        }

        Assert.Equal(DocumentStatus.Pending, (await Documents.FindAsync(id, Token))!.Status);
    }

    [Fact]
    public async Task What_may_pass_keeps_a_document_waiting_and_what_does_not_ends_it_after_the_last_attempt()
    {
        var (waits, fails) = (await UploadAsync("waits"), await UploadAsync("fails"));
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await using var waiting = (await Claims.ClaimAsync(waits, Token))!;
            await waiting.PostponeAsync("The model is away.", counts: false, Token);
        }

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await using var failing = (await Claims.ClaimAsync(fails, Token))!;
            await failing.PostponeAsync("It went wrong.", counts: true, Token);
        }

        var (waiter, failed) = ((await Documents.FindAsync(waits, Token))!, (await Documents.FindAsync(fails, Token))!);
        Assert.Equal((DocumentStatus.Pending, "The model is away."), (waiter.Status, waiter.Error));
        Assert.Equal((DocumentStatus.Failed, "It went wrong."), (failed.Status, failed.Error));
        Assert.Null(await Claims.ClaimAsync(fails, Token));
    }

    [Fact]
    public async Task A_document_that_takes_its_worker_down_each_time_is_given_up_with_the_reason()
    {
        var id = await UploadAsync("killer");
        var abandoned = new List<DocumentLease>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            abandoned.Add((await Claims.ClaimAsync(id, Token))!);
            await SqlAsync("update documents set claimed_until = now() - interval '1 second' where id = $1", id);
        }

        Assert.Null(await Claims.ClaimAsync(id, Token));
        var document = (await Documents.FindAsync(id, Token))!;
        Assert.Equal(DocumentStatus.Failed, document.Status);
        Assert.Contains("interrupted 3 times", document.Error);
        foreach (var claim in abandoned)
        {
            await claim.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_old_version_is_searched_until_the_new_one_is_ready_and_then_its_chunks_are_gone()
    {
        var id = await UploadAsync("first");
        await FinishAsync(id, "first");
        using var next = await FileAsync("second");
        var replaced = (await _core.Get<DocumentIntake>().ReplaceAsync(id, next.Upload, "test", Token))!.Document;
        Assert.Equal((2, 1), (replaced.Version, replaced.ReadyVersion));
        Assert.Equal(["first"], await ChunksAsync(id));

        await FinishAsync(id, "second");

        Assert.Equal(2, (await Documents.FindAsync(id, Token))!.ReadyVersion);
        Assert.Equal(["second"], await ChunksAsync(id));
    }

    [Fact]
    public async Task Chunks_written_twice_are_written_once_and_keep_their_ids()
    {
        var id = await UploadAsync("one");
        var writer = _core.Get<ChunkWriter>();
        Chunk[] chunks = [new(0, "a", null, 1, 1), new(1, "b", "Part", 2, 1)];
        var first = await writer.WriteAsync(id, 1, chunks, Token);
        var second = await writer.WriteAsync(id, 1, [chunks[0], chunks[1] with { Text = "c" }], Token);
        var third = await writer.WriteAsync(id, 1, [chunks[0]], Token);

        Assert.Equal(first.Select(chunk => chunk.Id), second.Select(chunk => chunk.Id));
        Assert.Equal(first[0].Id, third[0].Id);
        Assert.Equal(["a"], await ChunksAsync(id));
    }

    private async Task FinishAsync(Guid id, string text)
    {
        await using var claim = (await Claims.ClaimAsync(id, Token))!;
        await _core.Get<ChunkWriter>().WriteAsync(id, claim.Document.Version, [new Chunk(0, text, null, null, 1)], Token);
        Assert.True(await claim.ReadyAsync(1, Token));
    }

    private async Task<List<string>> ChunksAsync(Guid id) => await _core.Get<NpgsqlDataSource>()
        .Command("select text from chunks where document_id = $1 order by version, ordinal", id).ListAsync(row => row.GetString(0), Token);

    private async Task SqlAsync(string sql, Guid id) => await _core.Get<NpgsqlDataSource>().Command(sql, id).ExecuteAsync(Token);

    private async Task<Guid> UploadAsync(string text)
    {
        using var file = await FileAsync(text);
        return (await _core.Get<DocumentIntake>().AcceptAsync(file.Upload, "default", NoTags, "test", Token)).Document.Id;
    }

    private static async Task<FileOnDisk> FileAsync(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var path = Path.GetTempFileName();
        await File.WriteAllBytesAsync(path, bytes, Token);
        return new FileOnDisk(new UploadedFile(path, $"{text}.txt", "text/plain", bytes.Length, SHA256.HashData(bytes)));
    }

    private sealed record FileOnDisk(UploadedFile Upload) : IDisposable
    {
        public void Dispose() => File.Delete(Upload.Path);
    }
}
