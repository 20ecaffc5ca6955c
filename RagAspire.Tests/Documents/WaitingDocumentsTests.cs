using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Ingestion;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>Which of the waiting documents a worker takes next.</summary>
public sealed class WaitingDocumentsTests(Stores stores) : IAsyncLifetime
{
    private readonly List<DocumentLease> _held = [];
    private CoreServices _core = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private WaitingDocuments Waiting => _core.Get<WaitingDocuments>();

    public async ValueTask InitializeAsync() => _core = await CoreServices.CreateAsync(stores);

    public async ValueTask DisposeAsync()
    {
        foreach (var lease in _held)
        {
            await lease.DisposeAsync();
        }

        await _core.DisposeAsync();
    }

    [Fact]
    public async Task An_upload_does_not_wait_behind_many_of_another_collection()
    {
        await UploadAsync(20, "bulk", "key");
        await UploadAsync(1, "small", "key");

        Assert.Equal(["bulk", "small", "bulk", "bulk"], await HoldAsync(4));
    }

    [Fact]
    public async Task A_key_does_not_get_more_turns_by_using_many_collections()
    {
        for (var collection = 0; collection < 5; collection++)
        {
            await UploadAsync(2, $"c{collection}", "many");
        }

        await UploadAsync(2, "other", "one");

        var first = await HoldAsync(4);
        Assert.Equal(2, first.Count(collection => collection == "other"));
        Assert.Equal(2, first.Where(collection => collection != "other").Distinct().Count());
    }

    [Fact]
    public async Task A_single_worker_serves_collections_in_turns()
    {
        await UploadAsync(5, "a", null);
        await UploadAsync(2, "b", null);
        var order = new List<string>();
        while (await Waiting.NextAsync(Token) is { } lease)
        {
            order.Add(lease.Document.Collection);
            await lease.RejectAsync("Done.", Token);
            await lease.DisposeAsync();
        }

        Assert.Equal(["a", "b", "a", "b", "a", "a", "a"], order);
    }

    [Fact]
    public async Task In_a_collection_the_longest_waiting_one_comes_first_and_a_postponed_one_when_its_pause_is_over()
    {
        var (first, second) = (await _core.UploadAsync("first"), await _core.UploadAsync("second"));
        await using (var lease = (await Waiting.NextAsync(Token))!)
        {
            Assert.Equal(first, lease.Document.Id);
            await lease.PostponeAsync("Away.", TimeSpan.FromHours(1), countsAsAttempt: false, Token);
        }

        await using var next = (await Waiting.NextAsync(Token))!;
        Assert.Equal(second, next.Document.Id);
        Assert.Null(await Waiting.NextAsync(Token));

        await _core.Get<NpgsqlDataSource>().Command("update documents set due_at = now() where id = $1", first).ExecuteAsync(Token);
        await using var again = (await Waiting.NextAsync(Token))!;
        Assert.Equal(first, again.Document.Id);
    }

    [Fact]
    public async Task Many_workers_at_once_get_different_documents_and_none_goes_without()
    {
        await UploadAsync(25, "a", "x");
        await UploadAsync(5, "b", "y");

        var leases = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Waiting.NextAsync(Token)));
        _held.AddRange(leases.OfType<DocumentLease>());

        Assert.Equal(30, _held.Select(lease => lease.Document.Id).Distinct().Count());
        Assert.Null(await Waiting.NextAsync(Token));
    }

    [Fact]
    public async Task Several_at_once_are_taken_in_the_same_order_as_one_after_the_other()
    {
        await UploadAsync(20, "bulk", "key");
        await UploadAsync(1, "small", "key");
        await UploadAsync(2, "other", "another");

        var taken = await TakeAsync(6, _ => 1);

        Assert.Equal(["bulk", "other", "small", "other", "bulk", "bulk"], taken);
    }

    [Fact]
    public async Task A_document_without_room_is_not_overtaken_by_smaller_ones_and_comes_when_there_is_room()
    {
        var large = await _core.UploadAsync(new string('x', 1000));
        await UploadAsync(3, "default", null);
        int Share(DueDocument document) => document.Id == large ? 5 : 1;

        Assert.Empty(await TakeAsync(4, Share));
        Assert.Equal(3, (await TakeAsync(7, Share)).Count);
        Assert.Equal(large, _held[0].Document.Id);
        Assert.Single(await TakeAsync(4, Share));
    }

    [Fact]
    public async Task A_document_that_others_hold_for_long_keeps_no_other_from_being_taken()
    {
        var locked = await _core.UploadAsync("locked");
        await UploadAsync(2, "default", null);
        await using var connection = await _core.Get<NpgsqlDataSource>().OpenConnectionAsync(Token);
        await using (await connection.BeginTransactionAsync(Token))
        {
            await connection.Command("select from documents where id = $1 for update", locked).ExecuteAsync(Token);
            Assert.Equal(2, (await TakeAsync(3, _ => 1)).Count);
            Assert.DoesNotContain(locked, _held.Select(lease => lease.Document.Id));
            Assert.Empty(await TakeAsync(3, _ => 1));
        }

        Assert.Single(await TakeAsync(3, _ => 1));
    }

    [Theory]
    [InlineData(ContentTypes.Text, 10, 0, 1)]
    [InlineData(ContentTypes.Text, 100_000, 0, 4)]
    [InlineData(ContentTypes.Text, 50_000_000, 0, ProcessingShare.Whole)]
    [InlineData(ContentTypes.Text, 10, 1, ProcessingShare.Whole)]
    [InlineData(ContentTypes.Pdf, 10, 0, ProcessingShare.Whole)]
    public void What_is_large_or_hard_to_read_or_was_interrupted_takes_the_place_of_many(
        string contentType, long bytes, int attempts, int share) =>
        Assert.Equal(share, ProcessingShare.Of(new DueDocument(Guid.Empty, contentType, bytes, attempts)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_document_is_processed_also_when_its_notification_is_lost(bool isNotified)
    {
        if (!isNotified)
        {
            await _core.Get<NpgsqlDataSource>().Command("drop trigger documents_announce on documents").ExecuteAsync(Token);
        }

        var service = ActivatorUtilities.CreateInstance<BackgroundIngestion>(_core.Services);
        await _core.Get<DatabaseStartup>().StartAsync(Token);
        await service.StartAsync(Token);
        foreach (var text in new[] { "one", "two" })
        {
            var id = await _core.UploadAsync(text);
            await Eventually.TrueAsync(
                async () => (await _core.Get<DocumentStore>().FindAsync(id, Token))!.Status == DocumentStatus.Ready,
                TimeSpan.FromSeconds(60), () => $"{text} still waits.", Token);
        }

        await service.StopAsync(Token);
    }

    private async Task UploadAsync(int count, string collection, string? key)
    {
        for (var document = 0; document < count; document++)
        {
            await _core.UploadAsync($"{collection} {document}", collection, key);
        }
    }

    private async Task<List<string>> TakeAsync(int room, Func<DueDocument, int> share)
    {
        var taken = await Waiting.TakeAsync(room, share, Token);
        _held.AddRange(taken.Select(document => document.Lease));
        return [.. taken.Select(document => document.Lease.Document.Collection)];
    }

    /// <summary>Takes documents and does not finish them.</summary>
    private async Task<List<string>> HoldAsync(int count)
    {
        for (var document = 0; document < count; document++)
        {
            _held.Add((await Waiting.NextAsync(Token))!);
        }

        return [.. _held.Select(lease => lease.Document.Collection)];
    }
}
