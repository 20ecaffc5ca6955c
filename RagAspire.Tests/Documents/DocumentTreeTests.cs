using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Documents.ChangeFeed;
using RagAspire.Documents.Children;
using RagAspire.Documents.Intake;
using RagAspire.Documents.Leases;
using RagAspire.Extraction;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Documents;

/// <summary>Documents that were inside others: an archive is read again and again, and each of its files is there once.</summary>
public sealed class DocumentTreeTests(Stores stores) : IAsyncLifetime
{
    private CoreServices _core = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _core = await CoreServices.CreateAsync(
        stores, settings: new Dictionary<string, string?> { ["Extraction:MaxDepth"] = "2", ["Extraction:MaxEntries"] = "6" });

    public ValueTask DisposeAsync() => _core.DisposeAsync();

    [Fact]
    public async Task Each_file_of_an_archive_becomes_a_document_with_what_its_parent_has()
    {
        var tags = new Dictionary<string, string> { ["team"] = "pumps" };
        var id = (await _core.UploadFileAsync("a.zip", Zip(("x/one.txt", "One."), ("two.md", "# Two")), tags)).Document.Id;

        await _core.IngestAsync(id);

        var parent = await FindAsync(id);
        Assert.Equal((DocumentStatus.Ready, 2), (parent.Status, parent.Children));
        Assert.Null(parent.ParentId);
        var children = await _core.ChildrenAsync(id);
        Assert.Equal(["two.md", "x/one.txt"], children.Select(child => child.Name));
        Assert.All(children, child => Assert.Equal((id, DocumentStatus.Pending, "pumps"), (child.ParentId!.Value, child.Status, child.Tags["team"])));
        await _core.IngestAsync(children[0].Id);
        Assert.Equal(DocumentStatus.Ready, (await FindAsync(children[0].Id)).Status);
        Assert.Equal(2, await CountAsync("select count(*) from audit_logs where action = 'document.attach'"));
    }

    [Fact]
    public async Task A_next_version_keeps_what_stayed_adds_what_is_new_and_deletes_what_is_gone()
    {
        var id = (await _core.UploadFileAsync("a.zip", Zip(("one.txt", "One."), ("two.txt", "Two."), ("three.txt", "Three.")))).Document.Id;
        await _core.IngestAsync(id);
        var before = await _core.ChildrenAsync(id);
        await _core.IngestAsync(before[0].Id);
        var gone = before.Single(child => child.Name == "two.txt");
        await _core.IngestAsync(gone.Id);

        await _core.ReplaceFileAsync(id, "a.zip", Zip(("one.txt", "One."), ("three.txt", "Three, changed."), ("four.txt", "Four.")));
        Assert.Equal(before.Select(child => child.Id), (await _core.ChildrenAsync(id)).Select(child => child.Id));
        await _core.IngestAsync(id);

        var after = await _core.ChildrenAsync(id);
        Assert.Equal(["four.txt", "one.txt", "three.txt"], after.Select(child => child.Name));
        Assert.Equal((before[0].Id, DocumentStatus.Ready), (after[1].Id, after[1].Status));
        Assert.DoesNotContain(after[2].Id, before.Select(child => child.Id));
        Assert.Null(await _core.Get<DocumentStore>().FindAsync(gone.Id, Token));
        Assert.Equal(0, await CountAsync($"select count(*) from chunks where document_id = '{gone.Id}'"));
        Assert.Contains(await ChangedAsync(), changed => changed == gone.Id);
    }

    [Fact]
    public async Task A_document_that_is_read_again_has_each_child_once()
    {
        var id = (await _core.UploadFileAsync("a.zip", Zip(("one.txt", "One."), ("copy/one.txt", "One."), ("one.md", "One.")))).Document.Id;
        await _core.IngestAsync(id);
        var before = await _core.ChildrenAsync(id);
        await ExecuteAsync($"update documents set status = 'failed' where id = '{id}'");

        Assert.True(await _core.Get<DocumentStore>().RetryAsync(id, "test", Token));
        await _core.IngestAsync(id);

        Assert.Equal(3, before.Count);
        Assert.Equal(before.Select(child => child.Id), (await _core.ChildrenAsync(id)).Select(child => child.Id));
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_stores_no_child()
    {
        var id = (await _core.UploadFileAsync("a.zip", Zip(("one.txt", "One.")))).Document.Id;
        await using var lease = (await _core.Get<DocumentLeases>().AcquireAsync(id, Token))!;
        await using var pipe = new MemoryStream("One."u8.ToArray());
        await using var files = new AttachedFiles(10, 100);
        await files.AddAsync("one.txt", pipe, 4, Token);
        await ExecuteAsync($"update documents set claim_id = gen_random_uuid() where id = '{id}'");

        Assert.False(await lease.ReadyAsync(new PreparedVersion(new ReadDocument(0, [], null), null, "") { Attached = files }, Token));

        Assert.Empty(await _core.ChildrenAsync(id));
    }

    [Fact]
    public async Task Deleting_a_document_deletes_all_that_was_inside_of_it()
    {
        var id = (await _core.UploadFileAsync("a.zip", Zip(("one.txt", "One."u8.ToArray()), ("b.zip", Zip(("deep.txt", "Deep."))))))
            .Document.Id;
        await _core.IngestTreeAsync(id);
        var bystander = (await _core.UploadFileAsync("deep.txt", "Deep."u8.ToArray())).Document.Id;

        var deleted = await _core.Get<DocumentStore>().DeleteAsync(id, "test", Token);

        Assert.Equal((id, 4, 3), (deleted!.DocumentId, deleted.Chunks, deleted.Children));
        Assert.Equal(1, await CountAsync("select count(*) from documents"));
        Assert.NotNull(await _core.Get<DocumentStore>().FindAsync(bystander, Token));
        Assert.Equal(4, (await ChangedAsync()).TakeLast(4).Distinct().Count());
        Assert.Equal(4, await CountAsync("select count(*) from audit_logs where action = 'document.delete' and actor = 'test'"));
    }

    [Fact]
    public async Task Archives_inside_archives_have_the_limits_of_one()
    {
        var deepest = Zip(("end.txt", "End."));
        var full = Zip([.. Enumerable.Range(0, 5).Select(number => ($"{number}.txt", $"{number}"))]);
        var id = (await _core.UploadFileAsync("a.zip", Zip(("b.zip", Zip(("c.zip", deepest))), ("full.zip", full)))).Document.Id;

        await _core.IngestTreeAsync(id);

        var children = await _core.ChildrenAsync(id);
        Assert.Equal([DocumentStatus.Ready, DocumentStatus.Failed], children.Select(child => child.Status));
        Assert.Contains("contains more than 6 files", children[1].Error, StringComparison.Ordinal);
        Assert.Empty(await _core.ChildrenAsync(children[1].Id));
        var inner = Assert.Single(await _core.ChildrenAsync(children[0].Id));
        Assert.Equal((DocumentStatus.Failed, "The file is nested too deeply."), (inner.Status, inner.Error));
    }

    [Fact]
    public async Task A_picture_without_text_is_a_warning_of_what_it_was_inside_of()
    {
        var photo = await RecognitionTests.Fixture.DrawAsync([], "-jpeg");
        var scan = await RecognitionTests.Fixture.DrawAsync(["The spare key is in drawer nine."], "-png");
        var id = (await _core.UploadFileAsync("a.zip", Zip(("photo.jpg", photo), ("scan.png", scan)))).Document.Id;

        await _core.IngestTreeAsync(id);

        var child = Assert.Single(await _core.ChildrenAsync(id));
        Assert.Equal(("scan.png", DocumentStatus.Ready), (child.Name, child.Status));
        var parent = await FindAsync(id);
        Assert.Equal((DocumentStatus.Ready, 1), (parent.Status, parent.Children));
        Assert.Equal([new ExtractionWarning(WarningCodes.PicturesSkipped, "photo.jpg", 1)], parent.Warnings);
    }

    [Fact]
    public async Task Tags_of_a_document_are_those_of_all_that_was_inside_of_it()
    {
        var archive = Zip(("b.zip", Zip(("deep.txt", "Deep."))));
        var id = (await _core.UploadFileAsync("a.zip", archive)).Document.Id;
        await _core.IngestTreeAsync(id);
        var child = Assert.Single(await _core.ChildrenAsync(id));
        var before = (await ChangedAsync()).Count;

        var known = await _core.UploadFileAsync("a.zip", archive, new Dictionary<string, string> { ["team"] = "seals" });

        Assert.Equal((id, false), (known.Document.Id, known.IsNew));
        var deep = Assert.Single(await _core.ChildrenAsync(child.Id));
        Assert.Equal("seals", deep.Tags["team"]);
        Assert.Equal(new[] { id, child.Id, deep.Id }.Order(), (await ChangedAsync()).Skip(before).Order());
    }

    [Fact]
    public async Task What_was_inside_another_document_is_not_replaced_alone_and_may_be_deleted_alone()
    {
        var id = (await _core.UploadFileAsync("a.zip", Zip(("one.txt", "One."), ("two.txt", "Two.")))).Document.Id;
        await _core.IngestTreeAsync(id);
        var child = (await _core.ChildrenAsync(id))[0];

        var refused = await Assert.ThrowsAsync<AttachedDocumentException>(() => _core.ReplaceFileAsync(child.Id, "one.txt", "Three."u8.ToArray()));
        var alone = await _core.UploadFileAsync("one.txt", "One."u8.ToArray());

        Assert.Contains($"{id}", refused.Message, StringComparison.Ordinal);
        Assert.True(alone.IsNew);
        Assert.Null(alone.Document.ParentId);
        Assert.Equal(0, (await _core.Get<DocumentStore>().DeleteAsync(child.Id, "test", Token))!.Children);
        Assert.Equal("two.txt", Assert.Single(await _core.ChildrenAsync(id)).Name);
    }

    private static byte[] Zip(params (string Name, string Content)[] files) => Samples.Zip(files);

    private static byte[] Zip(params (string Name, byte[] Content)[] files) => Samples.Zip(files);

    private async Task<Document> FindAsync(Guid id) => (await _core.Get<DocumentStore>().FindAsync(id, Token))!;

    private async Task<List<Guid>> ChangedAsync() =>
        [.. (await _core.Get<DocumentChanges>().AfterAsync(0, 1000, Token)).Select(change => change.DocumentId)];

    private Task<long> CountAsync(string sql) => _core.Get<NpgsqlDataSource>().Command(sql).ScalarAsync<long>(Token);

    private Task<int> ExecuteAsync(string sql) => _core.Get<NpgsqlDataSource>().Command(sql).ExecuteAsync(Token);
}
