using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion;
using RagAspire.Ingestion.Chunking;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>The lease of a document: one holder at a time, also when a holder crashes.</summary>
public sealed class LeaseTests(Stores stores) : IAsyncLifetime
{
    private CoreServices _core = null!;
    private string _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DocumentLeases Leases => _core.Get<DocumentLeases>();

    private DocumentStore Documents => _core.Get<DocumentStore>();

    public async ValueTask InitializeAsync()
    {
        _database = await stores.CreateDatabaseAsync();
        _core = await CoreServices.CreateAsync(
            stores, _database, new Dictionary<string, string?> { ["Leases:MaxAttempts"] = "3" });
    }

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task Of_many_who_want_a_document_one_gets_it()
    {
        var id = await UploadAsync("one");

        var leases = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Leases.AcquireAsync(id, Token)));

        await using var winner = Assert.Single(leases, lease => lease is not null)!;
        Assert.Equal(1, winner.Document.Attempts);
    }

    [Fact]
    public async Task A_heartbeat_extends_a_lease_three_times_within_its_duration()
    {
        var time = new FakeTimeProvider();
        await using var core = await CoreServices.CreateAsync(
            stores, _database, configure: services => services.AddSingleton<TimeProvider>(time));
        var id = await UploadAsync("one");
        await using var lease = (await core.Get<DocumentLeases>().AcquireAsync(id, Token))!;
        for (var heartbeat = 0; heartbeat < 4; heartbeat++)
        {
            await SqlAsync("update documents set claimed_until = now() - interval '1 second' where id = $1", id);
            time.Advance(new LeaseOptions().Duration / 3);
            await Eventually.TrueAsync(
                () => IsLeasedAsync(id), TimeSpan.FromSeconds(10), () => "The lease is not extended.", Token);
        }

        Assert.Empty(await Documents.ReleaseExpiredAsync(Token));
        Assert.False(lease.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lease_that_expired_is_acquired_by_the_next_worker_and_its_first_holder_can_change_nothing_any_more()
    {
        var id = await UploadAsync("one");
        await using var first = (await Leases.AcquireAsync(id, Token))!;
        await SqlAsync("update documents set claimed_until = now() - interval '1 second' where id = $1", id);

        await using var second = await Leases.AcquireAsync(id, Token);

        Assert.NotNull(second);
        Assert.False(await first.ReadyAsync(new PreparedVersion(new ReadDocument(1, [], null), null, ""), Token));
        await first.RejectAsync("Too late.", Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.ProgressAsync(DocumentStage.Index, 90, Token));
        Assert.True(first.Lost.IsCancellationRequested);
        var document = (await Documents.FindAsync(id, Token))!;
        Assert.Equal((DocumentStatus.Processing, null), (document.Status, document.Error));
        Assert.True(await second.ReadyAsync(new PreparedVersion(new ReadDocument(0, [], null), null, ""), Token));
    }

    [Fact]
    public async Task A_lease_that_ends_without_an_outcome_makes_the_document_wait_again()
    {
        var id = await UploadAsync("one");
        await using (await Leases.AcquireAsync(id, Token))
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
            await using var waiting = (await Leases.AcquireAsync(waits, Token))!;
            await waiting.PostponeAsync("The model is away.", TimeSpan.Zero, countsAsAttempt: false, Token);
        }

        for (var attempt = 0; attempt < 3; attempt++)
        {
            await using var failing = (await Leases.AcquireAsync(fails, Token))!;
            await failing.PostponeAsync("It went wrong.", TimeSpan.Zero, countsAsAttempt: true, Token);
        }

        var (waiter, failed) = ((await Documents.FindAsync(waits, Token))!, (await Documents.FindAsync(fails, Token))!);
        Assert.Equal((DocumentStatus.Pending, "The model is away."), (waiter.Status, waiter.Error));
        Assert.Equal((DocumentStatus.Failed, "It went wrong."), (failed.Status, failed.Error));
        Assert.Null(await Leases.AcquireAsync(fails, Token));
    }

    [Fact]
    public async Task A_document_that_takes_its_worker_down_each_time_is_given_up_with_the_reason()
    {
        var id = await UploadAsync("killer");
        var abandoned = new List<DocumentLease>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            abandoned.Add((await Leases.AcquireAsync(id, Token))!);
            await SqlAsync("update documents set claimed_until = now() - interval '1 second' where id = $1", id);
        }

        Assert.Null(await Leases.AcquireAsync(id, Token));
        var document = (await Documents.FindAsync(id, Token))!;
        Assert.Equal(DocumentStatus.Failed, document.Status);
        Assert.Contains("interrupted 3 times", document.Error);
        foreach (var lease in abandoned)
        {
            await lease.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_old_version_is_searched_until_the_new_one_is_ready_and_then_its_chunks_are_gone()
    {
        var id = await UploadAsync("first");
        await FinishAsync(id, "first");
        var replaced = await _core.ReplaceAsync(id, "second");
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
        var first = await writer.WriteAsync(id, 1, "", chunks, Token);
        var second = await writer.WriteAsync(id, 1, "", [chunks[0], chunks[1] with { Text = "c" }], Token);
        var third = await writer.WriteAsync(id, 1, "", [chunks[0]], Token);

        Assert.Equal(first.Select(chunk => chunk.Id), second.Select(chunk => chunk.Id));
        Assert.Equal(first[0].Id, third[0].Id);
        Assert.Equal(["a"], await ChunksAsync(id));
    }

    [Fact]
    public async Task Versions_that_are_ready_at_once_do_not_wait_for_one_that_others_hold_nor_fail_with_one_that_is_lost()
    {
        var leases = new List<DocumentLease>();
        foreach (var text in (string[])["free", "locked", "deleted", "free too"])
        {
            leases.Add((await Leases.AcquireAsync(await UploadAsync(text), Token))!);
        }

        await SqlAsync("delete from documents where id = $1", leases[2].Document.Id);
        await using var connection = await _core.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        Task<bool>[] ready;
        await using (await connection.BeginTransactionAsync(Token))
        {
            await connection.Command("select from documents where id = $1 for update", leases[1].Document.Id).ExecuteAsync(Token);
            ready = [.. leases.Select(lease => lease.ReadyAsync(new PreparedVersion(new ReadDocument(0, [], null), null, ""), Token))];
            Assert.True(await ready[0]);
            Assert.True(await ready[3]);
            Assert.False(ready[1].IsCompleted);
        }

        var isReady = await Task.WhenAll(ready);
        Assert.Equal([true, true, false, true], isReady);
        Assert.True(leases[2].Lost.IsCancellationRequested);
        foreach (var lease in leases)
        {
            await lease.DisposeAsync();
        }

        Assert.Equal(DocumentStatus.Ready, (await Documents.FindAsync(leases[1].Document.Id, Token))!.Status);
    }

    [Fact]
    public async Task Chunks_of_several_documents_are_written_though_one_of_these_is_deleted()
    {
        Guid[] ids = [await UploadAsync("one"), Guid.CreateVersion7(), await UploadAsync("two")];
        var writing = ids.Select(
            id => _core.Get<ChunkWriter>().WriteAsync(id, 1, "", [new Chunk(0, $"of {id}", null, null, 1)], Token)).ToArray();

        await Task.WhenAll(writing[0], writing[2]);
        await Assert.ThrowsAsync<PostgresException>(() => writing[1]);
        Assert.Equal([$"of {ids[0]}"], await ChunksAsync(ids[0]));
        Assert.Equal([$"of {ids[2]}"], await ChunksAsync(ids[2]));
    }

    [Fact]
    public async Task Progress_is_stored_when_it_was_not_stored_for_a_while()
    {
        var time = new FakeTimeProvider();
        await using var core = await CoreServices.CreateAsync(
            stores, _database, configure: services => services.AddSingleton<TimeProvider>(time));
        var id = await UploadAsync("one");
        await using var lease = (await core.Get<DocumentLeases>().AcquireAsync(id, Token))!;

        await lease.ProgressAsync(DocumentStage.Chunk, 30, Token);
        Assert.Equal((DocumentStage.Chunk, 30), (lease.Document.Stage, lease.Document.Progress));
        Assert.Equal(0, (await Documents.FindAsync(id, Token))!.Progress);

        time.Advance(TimeSpan.FromSeconds(1));
        await lease.ProgressAsync(DocumentStage.Index, 70, Token);
        var stored = (await Documents.FindAsync(id, Token))!;
        Assert.Equal((DocumentStage.Index, 70), (stored.Stage, stored.Progress));
    }

    private async Task FinishAsync(Guid id, string text)
    {
        await using var lease = (await Leases.AcquireAsync(id, Token))!;
        await _core.Get<ChunkWriter>().WriteAsync(id, lease.Document.Version, "", [new Chunk(0, text, null, null, 1)], Token);
        var read = new ReadDocument(1, [new ExtractionWarning(WarningCodes.PagesWithoutText, "2-3", 2)], new Coverage("page", 2, 4));
        Assert.True(await lease.ReadyAsync(new PreparedVersion(read, null, ""), Token));
    }

    private async Task<List<string>> ChunksAsync(Guid id) => await _core.Get<NpgsqlDataSource>()
        .Command("select text from chunks where document_id = $1 order by version, ordinal", id).ListAsync(row => row.GetString(0), Token);

    private async Task<bool> IsLeasedAsync(Guid id) => await _core.Get<NpgsqlDataSource>()
        .Command("select claimed_until > now() from documents where id = $1", id).ScalarAsync<bool>(Token);

    private async Task SqlAsync(string sql, Guid id) => await _core.Get<NpgsqlDataSource>().Command(sql, id).ExecuteAsync(Token);

    private Task<Guid> UploadAsync(string text) => _core.UploadAsync(text);
}
