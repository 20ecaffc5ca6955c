using System.IO.Compression;
using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.Documents;
using RagAspire.Metadata;
using RagAspire.Search;
using RagAspire.Tests.Documents;
using RagAspire.Tests.Extraction;
using RagAspire.Tests.Support;
using RagAspire.Tests.Vectors.Qdrant;
using RagAspire.Transfer;

namespace RagAspire.Tests.Transfer;

/// <summary>A collection in one system, and what becomes of it in another.</summary>
public sealed class TransferTests(Stores stores)
{
    private static readonly string[] Texts =
    [
        "Herons stand in shallow water and wait for fish. They nest high in trees.",
        "Storks return in spring and nest on chimneys. Their nests grow from year to year.",
        "The pump of the north basin has error ERR-1234: clean the filter, then restart the pump.",
        "Backups are kept for thirteen months. Every restore is rehearsed in a drill.",
        string.Join("\n\n", Enumerable.Range(1, 60).Select(i =>
            $"# Chapter {i}\n\nHerons, storks and pumps of chapter {i}, and what they weigh. {new string('y', 400)}")),
    ];

    private static readonly string[] Questions = ["nests of storks", "ERR-1234", "how long are backups kept", "herons and pumps"];

    [Fact]
    public async Task Results_are_the_same_in_the_other_system_and_no_vector_is_computed_again()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await using var other = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts);

        var report = await other.ImportAsync(await one.ExportAsync());
        await other.SettleAsync();

        Assert.Equal(0, other.Model.EmbeddedTexts);
        Assert.Equal(
            (Texts.Length, Texts.Length, 0, 0),
            (report.Documents, report.Imported, report.ProcessedAgain, report.EmbeddedAgain));
        Assert.True(report.Chunks >= Texts.Length && report.Chunks == report.Vectors, $"{report}");
        foreach (var question in Questions)
        {
            var expected = await one.SearchAsync(question);
            Assert.NotEmpty(expected);
            Assert.Equal(expected, await other.SearchAsync(question));
        }

        Assert.Equal(
            (await one.DocumentsAsync()).Items.Select(Facts), (await other.DocumentsAsync()).Items.Select(Facts));
    }

    [Theory]
    [InlineData("default")]
    [InlineData("other")]
    public async Task What_was_inside_a_document_is_inside_its_copy(string collection)
    {
        await using var one = await TransferRig.StartAsync(stores);
        await using var other = await TransferRig.StartAsync(stores);
        var inner = Samples.Zip(("storks.txt", "Storks nest on chimneys."));
        var archive = Samples.Zip(("herons.txt", "Herons nest high in trees."u8.ToArray()), ("b.zip", inner));
        await one.Core.IngestTreeAsync((await one.Core.UploadFileAsync("a.zip", archive)).Document.Id);
        await one.SettleAsync();

        var first = await other.ImportAsync(await one.ExportAsync(), collection);
        var second = await other.ImportAsync(await one.ExportAsync(), collection);

        Assert.Equal((4, 4, 4), (first.Documents, first.Imported, second.Unchanged));
        Assert.Equal(Paths((await one.DocumentsAsync()).Items), Paths((await other.DocumentsAsync(collection)).Items));
    }

    [Fact]
    public async Task Groups_and_metadata_go_with_their_documents()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await using var other = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts[..2]);
        var id = (await one.DocumentsAsync()).Items[0].Id;
        await one.Core.Get<DocumentGroups>().SetAsync(id, ["board"], "test", _ => { }, TestContext.Current.CancellationToken);
        await one.Core.Get<NpgsqlDataSource>().Command(
            "update documents set metadata = $2::jsonb where id = $1", id, """{"year": 2025, "by": ["Ann", 7]}""")
            .ExecuteAsync(TestContext.Current.CancellationToken);

        await other.ImportAsync(await one.ExportAsync());

        Assert.Equal(
            [(id, "board", """{"by":["Ann",7],"year":2025}""")],
            (await other.DocumentsAsync()).Items.Where(document => document.Groups.Count > 0)
                .Select(document => (
                    document.Id, string.Join(',', document.Groups), DocumentMetadata.Of(document.Metadata).Json)));
    }

    [Fact]
    public async Task In_Qdrant_the_same_chunks_are_found_with_the_same_similarity()
    {
        await using var qdrantOfOne = await QdrantStub.StartAsync();
        await using var qdrantOfOther = await QdrantStub.StartAsync();
        await using var one = await TransferRig.StartAsync(stores, qdrantOfOne.Address);
        await using var other = await TransferRig.StartAsync(stores, qdrantOfOther.Address);
        await one.FillAsync(Texts);

        var report = await other.ImportAsync(await one.ExportAsync());
        await other.SettleAsync();

        Assert.Equal((report.Chunks, 0), (report.Vectors, other.Model.EmbeddedTexts));
        foreach (var question in Questions)
        {
            // The scores of words rest on an estimate of the average length, from the time when each point was written.
            var (found, vectors) = (await one.SearchAsync(question), await one.SearchAsync(question, mode: SearchMode.Vector));
            Assert.Equal(found.Select(Chunk).Order(), (await other.SearchAsync(question)).Select(Chunk).Order());
            Assert.Equal(vectors, await other.SearchAsync(question, mode: SearchMode.Vector));
        }
    }

    [Fact]
    public async Task A_second_import_changes_nothing_and_another_collection_is_another_copy()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts[..2]);
        var archive = await one.ExportAsync();
        await one.ExecuteAsync("update documents set tags = '{\"mine\": \"yes\"}'");
        var changes = await one.CountAsync("select count(*) from index_changes");

        var again = await one.ImportAsync(archive);
        Assert.Equal((2, 0, 2, 0), (again.Documents, again.Imported, again.Unchanged, again.Chunks));
        Assert.Equal(changes, await one.CountAsync("select count(*) from index_changes"));
        Assert.All((await one.DocumentsAsync()).Items, document => Assert.Equal("yes", document.Tags["mine"]));

        Assert.Equal(2, (await one.ImportAsync(archive, "copy")).Imported);
        Assert.Equal(2, (await one.ImportAsync(archive, "copy")).Unchanged);
        await one.SettleAsync();
        Assert.Equal(2, (await one.SearchAsync("nest", "copy")).Count);
        Assert.Equal(2, (await one.DocumentsAsync()).Items.Count);
    }

    [Fact]
    public async Task An_import_that_breaks_off_in_the_middle_is_completed_by_the_next_one()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await using var other = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts);
        var archive = await one.ExportAsync();

        await Assert.ThrowsAsync<IOException>(() => other.ImportAsync(new BreakingStream(archive, archive.Length / 20)));
        var before = (await other.DocumentsAsync()).Items;
        Assert.InRange(before.Count, 1, Texts.Length - 1);

        // As a killed process leaves it: stored and leased, and no chunk is there yet.
        await other.ExecuteAsync($"""
            update documents set status = 'processing', ready_version = null, claim_id = id, claimed_until = now() - interval '1 s'
            where id = '{before[0].Id}'
            """);
        await other.ExecuteAsync($"delete from chunks where document_id = '{before[0].Id}'");
        var report = await other.ImportAsync(archive);
        await other.SettleAsync();

        Assert.Equal((Texts.Length, before.Count - 1), (report.Imported + report.Unchanged, report.Unchanged));
        Assert.Equal(0, other.Model.EmbeddedTexts);
        foreach (var question in Questions)
        {
            Assert.Equal(await one.SearchAsync(question), await other.SearchAsync(question));
        }
    }

    [Fact]
    public async Task Every_damage_is_found_before_anything_is_taken_in_and_its_place_is_named()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await using var other = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts[..2]);
        var archive = await one.ExportAsync();
        var id = (await one.DocumentsAsync()).Items[1].Id;

        var damaged = (byte[])archive.Clone();
        damaged[archive.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(Texts[1][..20]))] ^= 1;
        Assert.Contains($"originals/{id} has another checksum", await RefusedAsync(other, damaged));
        damaged = (byte[])archive.Clone();
        damaged[archive.AsSpan().IndexOf("nest on chimneys"u8)] ^= 1;
        Assert.Contains($"documents/{id}.jsonl has another checksum", await RefusedAsync(other, damaged));
        Assert.Contains("ends", await RefusedAsync(other, archive[..(archive.Length / 2)]));
        Assert.Contains("ends", await RefusedAsync(other, archive[..(archive.AsSpan().LastIndexOf(Encoding.UTF8.GetBytes(Texts[1])) + 5)]));
        var last = archive.AsSpan().LastIndexOf("checksums.jsonl"u8) - (2 * 512);
        Assert.Contains("no checksums", await RefusedAsync(other, archive[..last]));
        Assert.Contains("neither a ZIP nor a TAR", await RefusedAsync(other, Encoding.UTF8.GetBytes(new string('x', 2_000))));
        damaged = (byte[])archive.Clone();
        Encoding.ASCII.GetBytes("\"version\":9").CopyTo(damaged, archive.AsSpan().IndexOf("\"version\":1"u8));
        Assert.Contains("version 9", await RefusedAsync(other, damaged));
        Assert.Contains("manifest.json: It is damaged in the archive: its checksum", await RefusedAsync(other, WithWrongChecksum()));

        Assert.Empty((await other.DocumentsAsync()).Items);
    }

    [Fact]
    public async Task What_another_model_must_do_again_is_reported_and_done()
    {
        await using var one = await TransferRig.StartAsync(stores);
        await one.FillAsync(Texts[..2]);
        await one.ExecuteAsync("""
            update documents set status = 'failed', ready_version = null, error = 'It is broken.'
            where id = (select min(id::text)::uuid from documents)
            """);
        await using var other = await TransferRig.StartAsync(
            stores, embeddings: one.Model.ConnectionString(one.Model.EmbeddingModel));
        await using var third = await TransferRig.StartAsync(stores, embeddings: "Endpoint=http://127.0.0.1:1/v1;Model=another");

        var archive = await one.ExportAsync();
        var report = await third.ImportAsync(archive);
        Assert.Equal((2, 1, 0, 1), (report.Imported, report.Chunks, report.Vectors, report.EmbeddedAgain));
        Assert.Contains("those of embedding-test, and this system has another", Assert.Single(report.Notes));
        var documents = (await third.DocumentsAsync()).Items;
        Assert.Equal([("It is broken.", DocumentStatus.Failed), (null, DocumentStatus.Ready)],
            documents.Select(document => (document.Error, document.Status)));
        Assert.Equal((0, 1), (documents[1].Embedding!.Done, documents[1].Embedding!.Of));
        Assert.Equal(1, (await other.ImportAsync(archive)).Vectors);
    }

    private static string Chunk(string hit) => hit.Split(' ')[0];

    private static object Facts(Document document) => (
        document.Id, document.Name, document.Sha256, document.Version, document.Status, document.ChunkCount, document.CreatedAt,
        document.Embedding, document.ExternalId);

    /// <summary>A ZIP, which has a checksum of each file.</summary>
    private static byte[] WithWrongChecksum()
    {
        const int checksumAt = 14;
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("manifest.json").Open();
            entry.Write("{}"u8);
        }

        var bytes = archive.ToArray();
        bytes[checksumAt] ^= 1;
        return bytes;
    }

    private static async Task<string> RefusedAsync(TransferRig rig, byte[] archive) =>
        (await Assert.ThrowsAsync<TransferException>(() => rig.ImportAsync(archive))).Message;

    /// <summary>Breaks when it is read for the second time and has come so far.</summary>
    private sealed class BreakingStream(byte[] content, long breaksAt) : MemoryStream(content)
    {
        private int _starts;

        public override long Position
        {
            get => base.Position;
            set
            {
                _starts++;
                base.Position = value;
            }
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            _starts > 1 && Position > breaksAt ? throw new IOException("The disk is gone.") : base.ReadAsync(buffer, cancellationToken);
    }

    /// <summary>The names from the outermost document to each, and how deep each is.</summary>
    private static List<string> Paths(IReadOnlyList<Document> documents)
    {
        var byId = documents.ToDictionary(document => document.Id);
        string PathOf(Document document) =>
            document.ParentId is { } parent ? $"{PathOf(byId[parent])} > {document.Name}" : document.Name;
        return [.. documents.Select(document => $"{PathOf(document)} ({document.Depth})").Order(StringComparer.Ordinal)];
    }
}
