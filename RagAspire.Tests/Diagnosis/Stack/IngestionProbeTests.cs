using RagAspire.Diagnosis.Ingestion;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Diagnosis.Stack;

public sealed class IngestionProbeTests(Stores stores)
{
    [Fact]
    public async Task A_ready_document_and_a_new_one_are_healthy()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync(Document(1, "ready") + Document(2, "pending"));

        Assert.Empty(await rig.ExamineAsync("ingestion"));
    }

    [Fact]
    public async Task A_document_that_waits_for_long()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync(Document(1, "pending", age: "1 h"));

        var found = Assert.Single(await rig.ExamineAsync("ingestion"));

        Assert.Equal(IngestionCodes.Waiting, found.Code);
        Assert.StartsWith("36", found.Evidence[0].Value, StringComparison.Ordinal);
        Assert.StartsWith("wait (oldest document): 3,6", Assert.Single(rig.Figures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_poison_document_whose_lease_was_abandoned()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync(Document(1, "processing")
            + "update documents set attempts = 4, stage = 'extract', claimed_until = now() - interval '1 h';");

        Assert.Equal([IngestionCodes.Poison, IngestionCodes.Lease], await rig.CodesAsync("ingestion"));
    }

    [Fact]
    public async Task Documents_that_fail_with_their_reasons()
    {
        await using var rig = await ProbeRig.CreateAsync(stores);
        await rig.ExecuteAsync(string.Concat(Enumerable.Range(1, 4).Select(n => Document(n, "failed")))
            + "update documents set error = 'The file is damaged.';");

        var found = Assert.Single(await rig.ExamineAsync("ingestion"));

        Assert.Equal(IngestionCodes.Failing, found.Code);
        Assert.Contains("4: The file is damaged.", found.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chunks_without_an_embedding_count_where_there_is_a_model()
    {
        await using var ollama = await OllamaStub.StartAsync();
        var model = ("ConnectionStrings:embeddings", (string?)ollama.ConnectionString(ollama.EmbeddingModel));
        await using var with = await ProbeRig.CreateAsync(stores, model, ("Diagnosis:Ingestion:Unembedded", "2"));
        await using var without = await ProbeRig.CreateAsync(stores, ("Diagnosis:Ingestion:Unembedded", "2"));
        foreach (var rig in new[] { with, without })
        {
            await rig.ExecuteAsync(Document(1, "ready") + """
                insert into chunks (id, document_id, version, ordinal, text, token_count)
                select gen_random_uuid(), id, 1, o, 'text', 1 from documents, generate_series(1, 5) o;
                """);
        }

        Assert.Equal([IngestionCodes.Embedding], await with.CodesAsync("ingestion"));
        Assert.Contains("chunks without an embedding (all documents): 5 of 2", with.Figures);
        Assert.Empty(await without.ExamineAsync("ingestion"));
    }

    private static string Document(int number, string status, string age = "1 s") => $"""
        insert into documents (id, collection, name, content_type, size_bytes, sha256, status, ready_version)
        values ('0199f7b4-0000-7000-8000-00000000000{number}', 'default', 'a', 'text/plain', 1, '\x0{number}', '{status}',
            {(status == "ready" ? "1" : "null")});
        insert into document_contents (document_id, version, created_at)
        values ('0199f7b4-0000-7000-8000-00000000000{number}', 1, now() - interval '{age}');
        """;
}
