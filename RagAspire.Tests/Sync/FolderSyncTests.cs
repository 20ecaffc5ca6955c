using System.Text.Json;
using Microsoft.Extensions.Options;
using RagAspire.Documents;
using RagAspire.Documents.Intake;
using RagAspire.Sync;
using RagAspire.Sync.Folder;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Sync;

public sealed class FolderSyncTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task New_changed_moved_and_deleted_files_are_followed()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("gone.txt", "This text goes away.");
        rig.Write("kept.txt", "This text stays.");
        rig.Write("deep/moved.txt", "This text moves.");
        rig.Write(".hidden", "Nobody reads this.");
        Assert.Equal("3 added.", await rig.SyncAsync());
        var before = await rig.DocumentsAsync();
        Assert.Equal(["deep/moved.txt", "gone.txt", "kept.txt"], before.Select(document => document.Path));
        Assert.Equal(["moved.txt", "gone.txt", "kept.txt"], before.Select(document => document.Name));
        Assert.Equal(3, await rig.AuditedAsync());
        Assert.Equal("3 unchanged.", await rig.SyncAsync());

        rig.Delete("gone.txt");
        rig.Write("kept.txt", "This text is another one.");
        rig.Move("deep/moved.txt", "other/here.txt");
        Assert.Equal("1 changed, 1 renamed, 1 deleted.", await rig.SyncAsync());

        var after = await rig.DocumentsAsync();
        Assert.Equal([before[2] with { Version = 2 }, before[0] with { Name = "here.txt", Path = "other/here.txt" }], after);
        Assert.Equal("2 unchanged.", await rig.SyncAsync());
        Assert.Equal(6, await rig.AuditedAsync());
        var stored = await rig.Host.Get<DocumentStore>().FindAsync(after[0].Id, Token);
        Assert.Contains(
            """
            "source":{"name":"shelf","path":"kept.txt"}
            """, JsonSerializer.Serialize(stored, JsonSerializerOptions.Web));
    }

    [Fact]
    public async Task A_touched_file_is_read_once_and_stored_never()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "The same text.");
        await rig.SyncAsync();
        var touched = new FileInfo(Path.Combine(rig.Folder, "a.txt")) { LastWriteTimeUtc = new DateTime(2020, 1, 1) };

        Assert.Equal("1 unchanged.", await rig.SyncAsync());
        Assert.Equal(1, Assert.Single(await rig.DocumentsAsync()).Version);
        Assert.Equal(1, await rig.AuditedAsync());
        Assert.Equal(
            $"{touched.Length}-{touched.LastWriteTimeUtc.Ticks}",
            await rig.Host.ScalarAsync<string>("select version from source_files"));
    }

    [Fact]
    public async Task Of_ten_thousand_files_only_those_that_have_changed_are_processed()
    {
        const int All = 10_000;
        await using var rig = await SyncRig.CreateAsync(stores);
        var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (var i = 0; i < All; i++)
        {
            rig.Write($"{i % 100:00}/{i:0000}.txt", $"Text {i:0000}.");
            File.SetLastWriteTimeUtc(Path.Combine(rig.Folder, $"{i % 100:00}/{i:0000}.txt"), at);
        }

        await rig.Host.ExecuteAsync($"""
            insert into documents (id, collection, name, content_type, size_bytes, sha256)
            select gen_random_uuid(), 'shelf', lpad(i::text, 4, '0') || '.txt', 'text/plain', 10,
                sha256(convert_to('Text ' || lpad(i::text, 4, '0') || '.', 'UTF8'))
            from generate_series(0, {All - 1}) i;
            insert into document_sources (document_id, source, path)
            select id, 'shelf', right(left(name, 4), 2) || '/' || name from documents;
            insert into source_files (source, path, version, settings, size_bytes, sha256, document_id, checked_at)
            select 'shelf', s.path, '10-{at.Ticks}',
                '{SourceStore.SettingsOf(rig.Host.Get<IOptions<SyncOptions>>().Value.Sources["shelf"])}', 10, d.sha256, d.id,
                now() - interval '1 hour'
            from documents d join document_sources s on s.document_id = d.id
            """);
        Assert.Equal($"{All} unchanged.", await rig.SyncAsync());
        for (var i = 0; i < All; i += 100)
        {
            rig.Write($"00/{i:0000}.txt", $"Other {i:0000}.");
        }

        Assert.Equal("9900 unchanged, 100 changed.", await rig.SyncAsync());
        Assert.Equal(100, await rig.AuditedAsync());
        Assert.Equal(
            100, await rig.Host.ScalarAsync<long>("select count(*) from source_files where checked_at > now() - interval '50 minutes'"));
        Assert.Equal(100, await rig.Host.ScalarAsync<long>("select count(*) from document_contents"));
    }

    [Fact]
    public async Task A_folder_that_vanishes_or_is_empty_is_a_failure_and_not_a_deletion()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Some text.");
        await rig.SyncAsync();
        Directory.Move(rig.Folder, $"{rig.Folder}-away");
        Assert.Contains($"The folder {rig.Folder} cannot be listed", await rig.FailAsync());
        Directory.CreateDirectory(rig.Folder);
        Assert.Contains("It has no files", await rig.FailAsync());
        Assert.True((await rig.Host.Get<SourceStore>().StatesAsync(Token))["shelf"].IsFailing);
        Assert.Equal(["a.txt"], await rig.PathsAsync());

        Directory.Delete(rig.Folder);
        Directory.Move($"{rig.Folder}-away", rig.Folder);
        Assert.Equal("1 unchanged.", await rig.SyncAsync());
        var state = (await rig.Host.Get<SourceStore>().StatesAsync(Token))["shelf"];
        Assert.False(state.IsFailing);
        Assert.Equal(1, state.Files);
    }

    [Fact]
    public async Task A_run_that_would_delete_much_stops_before_it_changes_anything()
    {
        await using var rig = await SyncRig.CreateAsync(stores, settings: new Dictionary<string, string?> { ["Sync:MinDeletedFiles"] = "3" });
        for (var i = 0; i < 20; i++)
        {
            rig.Write($"{i:00}.txt", $"This is the text {i}.");
        }

        await rig.SyncAsync();
        for (var i = 0; i < 4; i++)
        {
            rig.Delete($"{i:00}.txt");
        }

        Assert.Equal("16 unchanged, 4 deleted.", await rig.SyncAsync());
        for (var i = 4; i < 8; i++)
        {
            rig.Delete($"{i:00}.txt");
        }

        rig.Write("new.txt", "This must not come in.");
        Assert.Contains("4 of 16 files are gone", await rig.FailAsync());
        Assert.Equal(16, (await rig.DocumentsAsync()).Count);
        Assert.DoesNotContain("new.txt", await rig.PathsAsync());

        rig.Host.Get<IOptions<SyncOptions>>().Value.MaxDeletedShare = 1;
        Assert.Equal("12 unchanged, 1 added, 4 deleted.", await rig.SyncAsync());
    }

    [Fact]
    public async Task A_folder_that_is_renamed_with_all_its_files_is_no_deletion()
    {
        await using var rig = await SyncRig.CreateAsync(stores, settings: new Dictionary<string, string?> { ["Sync:MinDeletedFiles"] = "3" });
        for (var i = 0; i < 12; i++)
        {
            rig.Write($"old/{i:00}.txt", $"This is the text {i}.");
        }

        await rig.SyncAsync();
        var ids = (await rig.DocumentsAsync()).Select(document => document.Id).Order();
        Directory.Move(Path.Combine(rig.Folder, "old"), Path.Combine(rig.Folder, "new"));
        Assert.Equal("12 renamed.", await rig.SyncAsync());
        Assert.Equal(ids, (await rig.DocumentsAsync()).Select(document => document.Id).Order());
        Assert.All(await rig.PathsAsync(), path => Assert.StartsWith("new/", path));
    }

    [Fact]
    public async Task A_dry_run_reports_everything_and_changes_nothing()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "The first text.");
        rig.Write("b.txt", "The second text.");
        rig.Write("c.txt", "The third text.");
        await rig.SyncAsync();
        rig.Write("a.txt", "The first text, changed.");
        rig.Move("b.txt", "bb.txt");
        rig.Delete("c.txt");
        rig.Write("d.txt", "The fourth text.");
        var before = await StateAsync(rig);
        Assert.Equal("1 added, 1 changed, 1 renamed, 1 deleted (nothing was changed).", await rig.SyncAsync(dryRun: true));
        Assert.Equal(before, await StateAsync(rig));
        Assert.Equal("1 added, 1 changed, 1 renamed, 1 deleted.", await rig.SyncAsync());
    }

    [Fact]
    public async Task A_file_that_can_never_be_a_document_is_reported_and_not_read_again()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Some text.");
        rig.Write("empty.txt", "");
        await File.WriteAllBytesAsync(Path.Combine(rig.Folder, "program.exe"), [0x4d, 0x5a, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0], Token);
        var report = await rig.Host.SucceedAsync("source-sync");
        Assert.Contains(report.Notes, note => note.Contains("empty.txt cannot become a document: The file is empty."));
        Assert.Contains(report.Notes, note => note.Contains("program.exe cannot become a document"));
        Assert.Equal("3 unchanged.", await rig.SyncAsync());
    }

    /// <summary>Also for the superuser, who may read every file. WebSyncTests show that it costs itself alone.</summary>
    [Fact]
    public async Task A_file_that_cannot_be_opened_is_a_fault_of_the_file()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        rig.Write("a.txt", "Some text.");
        using var source = new FolderSource(rig.Folder, maxFiles: 10);
        var file = Assert.Single((await source.ListAsync(Token)).Files);

        // A folder has taken its place.
        File.Delete(Path.Combine(rig.Folder, file.Path));
        Directory.CreateDirectory(Path.Combine(rig.Folder, file.Path));

        await Assert.ThrowsAsync<SourceFileException>(() => source.OpenAsync(file, null, Token));
    }

    [Fact]
    public async Task Patterns_choose_files_and_new_tags_and_groups_reach_documents_that_are_there()
    {
        await using var rig = await SyncRig.CreateAsync(stores);
        var source = rig.Host.Get<IOptions<SyncOptions>>().Value.Sources["shelf"];
        source.Include.Add("*.txt");
        source.Exclude.Add("drafts/**");
        rig.Write("a.txt", "Some text.");
        rig.Write("a.md", "Some other text.");
        rig.Write("drafts/deep/b.txt", "A draft.");
        Assert.Equal("1 added.", await rig.SyncAsync());
        source.Tags["team"] = "ops";
        Assert.Equal("1 changed.", await rig.SyncAsync());
        var document = await rig.Host.Get<DocumentStore>().FindAsync((await rig.DocumentsAsync())[0].Id, Token);
        Assert.Equal("ops", document!.Tags["team"]);
        Assert.Equal(1, document.Version);

        source.Groups.Add("board");
        Assert.Equal("1 changed.", await rig.SyncAsync());
        Assert.Equal("1 unchanged.", await rig.SyncAsync());
        var shown = await rig.Host.Get<DocumentStore>().FindAsync(Assert.Single(await rig.DocumentsAsync()).Id, Token);
        Assert.Equal((document.Id, "board"), (shown!.Id, Assert.Single(shown.Groups)));

        source.Metadata = """{"year": 2026}""";
        Assert.Equal("1 changed.", await rig.SyncAsync());
        Assert.Equal("1 unchanged.", await rig.SyncAsync());
        Assert.Equal(2026, (await rig.Host.Get<DocumentStore>().FindAsync(document.Id, Token))!.Metadata["year"].GetInt32());
        await Assert.ThrowsAsync<SourceDocumentException>(() => rig.Host.Get<DocumentLabels>().ChangeAsync(
            document.Id, new LabelChange("other.txt", null, null), "test", _ => { }, Token));
    }

    private static Task<string> StateAsync(SyncRig rig) => rig.Host.ScalarAsync<string>("""
        select concat_ws('|', (select md5(string_agg(d::text, '' order by id)) from documents d),
            (select md5(string_agg(s::text, '' order by s::text)) from document_sources s),
            (select md5(string_agg(f::text, '' order by f::text)) from source_files f),
            (select md5(string_agg(s::text, '' order by s::text)) from sources s),
            (select count(*) from audit_logs where action not like 'maintenance.%'))
        """);
}
