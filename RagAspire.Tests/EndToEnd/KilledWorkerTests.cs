using System.Text;
using Npgsql;
using RagAspire.Tests.Maintenance.Interruptions;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.EndToEnd;

/// <summary>kill -9 of the worker in any stage leaves one complete document, and nothing of it twice.</summary>
[Collection(Processes.AppHosts)]
public sealed class KilledWorkerTests(Stores stores)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="tableLock">A table that the stage needs before it can end, and the mode that blocks it.</param>
    [Theory]
    [InlineData("extract", "document_contents in access exclusive mode")]
    [InlineData("chunk", "chunks in share mode")]
    [InlineData("chunk", "embeddings in share mode")]
    [InlineData("index", "index_changes in share mode")]
    public async Task A_worker_killed_in_a_stage_leaves_one_complete_document(string stage, string tableLock)
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            },
        });
        await system.Worker.KillAsync();
        var id = await system.Client.UploadAsync("long.txt", LongText());
        await using (await TableLocks.TakeAsync(system.Database, tableLock))
        {
            await system.Worker.StartAsync(Token);
            await Eventually.TrueAsync(
                async () => (await system.Client.DocumentAsync(id))["stage"]?.GetValue<string>() == stage,
                TimeSpan.FromSeconds(60), () => $"The stage '{stage}' is not reached.", Token);
            await system.Worker.KillAsync();
        }

        await system.Worker.StartAsync(Token);

        var document = await system.Client.EmbeddedAsync(id);
        Assert.Equal("ready", document["status"]!.GetValue<string>());
        Assert.Equal(2, document["attempts"]!.GetValue<int>());
        await AssertCompleteAsync(system, id, document["chunkCount"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_worker_killed_while_it_embeds_leaves_every_vector_once()
    {
        await using var ollama = await OllamaStub.StartAsync();
        ollama.Mode = OllamaMode.Hanging;
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            },
        });
        var id = await system.Client.UploadAsync("long.txt", LongText());
        await Eventually.TrueAsync(
            async () => ollama.OpenCalls > 0 && await system.Client.DocumentAsync(id) is { Status: "ready", Embedded: 0 },
            TimeSpan.FromSeconds(60),
            () => "Nothing is embedded.",
            Token);
        await system.Worker.KillAsync();
        ollama.Mode = OllamaMode.Normal;

        await system.Worker.StartAsync(Token);

        var document = await system.Client.EmbeddedAsync(id);
        await AssertCompleteAsync(system, id, document["chunkCount"]!.GetValue<int>());
    }

    private static async Task AssertCompleteAsync(RagSystem system, Guid id, int chunkCount)
    {
        await using var dataSource = NpgsqlDataSource.Create(system.Database);
        await using var command = dataSource.CreateCommand("""
            select count(*)::int, count(distinct ordinal)::int, max(ordinal) + 1, count(e.chunk_id)::int, count(e.dense)::int
            from chunks c left join embeddings e on e.chunk_id = c.id where c.document_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(Token);
        await reader.ReadAsync(Token);
        Assert.All(Enumerable.Range(0, 5), column => Assert.Equal(chunkCount, reader.GetInt32(column)));

        foreach (var word in new[] { "firstword", "lastword" })
        {
            await system.Client.FindAsync(word);
            var found = await system.Client.SearchAsync(word, mode: "text");
            Assert.Single(found["hits"]!.AsArray());
        }
    }

    private static byte[] LongText()
    {
        var random = new Random(1);
        var paragraphs = Enumerable.Range(0, 200).Select(_ => string.Concat(Enumerable.Range(0, 110).Select(
            word => $"word{random.Next(5000)}{(word % 11 == 10 ? ". " : " ")}")));
        return Encoding.UTF8.GetBytes($"The firstword begins it.\n\n{string.Join("\n\n", paragraphs)}\n\nThe lastword ends it.");
    }
}
