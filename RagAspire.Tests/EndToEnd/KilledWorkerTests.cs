using System.Globalization;
using System.Text;
using Npgsql;
using RagAspire.TestSupport.Ollama;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.EndToEnd;

/// <summary>kill -9 of the worker anywhere: afterwards there is one complete document, and nothing of it twice.</summary>
[Collection(Processes.Name)]
public sealed class KilledWorkerTests(Stores stores)
{
    private const int MaxTries = 5;

    [Theory]
    [InlineData("extract")]
    [InlineData("chunk")]
    [InlineData("embed")]
    [InlineData("index")]
    public async Task A_worker_killed_in_a_stage_leaves_one_complete_document(string stage)
    {
        await using var ollama = await OllamaStub.StartAsync();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            },
        });
        var killed = false;
        for (var attempt = 0; attempt < MaxTries && !killed; attempt++)
        {
            var id = await system.Client.UploadAsync($"long-{attempt}.txt", LongText(attempt));
            killed = await KillInAsync(system, id, stage);
            if (killed)
            {
                await system.Worker.StartAsync(TestContext.Current.CancellationToken);
            }

            var document = await system.Client.ProcessedAsync(id);
            Assert.Equal("ready", document["status"]!.GetValue<string>());
            await AssertCompleteAsync(system, id, document["chunkCount"]!.GetValue<int>(), attempt);
        }

        Assert.True(killed, $"The stage '{stage}' was over too soon every time.");
    }

    /// <returns>False when the stage was over before the kill.</returns>
    private static async Task<bool> KillInAsync(RagSystem system, Guid id, string stage)
    {
        await using var dataSource = NpgsqlDataSource.Create(system.Database);
        while (true)
        {
            await using var command = dataSource.CreateCommand("select status, coalesce(stage, '') from documents where id = $1");
            command.Parameters.Add(new NpgsqlParameter { Value = id });
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            Assert.True(await reader.ReadAsync(TestContext.Current.CancellationToken));
            if (reader.GetString(1) == stage)
            {
                await system.Worker.KillAsync();
                return await UnfinishedAsync(dataSource, id);
            }

            if (reader.GetString(0) is "ready" or "failed")
            {
                return false;
            }
        }
    }

    private static async Task<bool> UnfinishedAsync(NpgsqlDataSource dataSource, Guid id)
    {
        await using var command = dataSource.CreateCommand("select status <> 'ready' from documents where id = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task AssertCompleteAsync(RagSystem system, Guid id, int chunkCount, int attempt)
    {
        await using var dataSource = NpgsqlDataSource.Create(system.Database);
        await using var command = dataSource.CreateCommand("""
            select count(*)::int, count(distinct ordinal)::int, max(ordinal) + 1, count(e.chunk_id)::int, count(e.dense)::int
            from chunks c left join embeddings e on e.chunk_id = c.id where c.document_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = id });
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 5), column => Assert.Equal(chunkCount, reader.GetInt32(column)));

        foreach (var word in new[] { $"firstword{attempt}", $"lastword{attempt}" })
        {
            await system.Client.FindAsync(word);
            var found = await system.Client.SearchAsync(word, mode: "text");
            Assert.Single(found["hits"]!.AsArray());
        }
    }

    private static byte[] LongText(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"The firstword{seed} begins it.\n\n"));
        for (var paragraph = 0; paragraph < 700; paragraph++)
        {
            for (var word = 0; word < 110; word++)
            {
                text.Append("word").Append(random.Next(5000)).Append(word % 11 == 10 ? ". " : " ");
            }

            text.Append("\n\n");
        }

        return Encoding.UTF8.GetBytes(text.Append(CultureInfo.InvariantCulture, $"The lastword{seed} ends it.").ToString());
    }
}
