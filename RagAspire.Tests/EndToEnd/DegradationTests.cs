using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Embedded;
using RagAspire.Embedded.Redis;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.EndToEnd;

/// <summary>Each level of degradation: what works while a part is away, and that all is well again by itself after.</summary>
[Collection(Processes.Systems)]
public sealed class DegradationTests(Stores stores)
{
    private static readonly byte[] Fox = Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog.");
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task Without_PostgreSQL_requests_fail_at_once_and_all_recovers_by_itself()
    {
        await using var postgres = await PrivatePostgres.StartAsync();
        await using var system =
            await RagSystem.StartAsync(stores, new RagSystemOptions { Database = postgres.ConnectionString });
        await system.Client.UploadAndWaitAsync("fox.txt", Fox);
        await system.Client.FindAsync("fox");

        await postgres.StopPostgresAsync();
        await AssertStatusAsync(system, "/alive", HttpStatusCode.OK);
        await AssertStatusAsync(system, "/ready", HttpStatusCode.ServiceUnavailable);
        await AssertUnavailableAsync(() => system.Client.PostFileAsync("other.txt", Encoding.UTF8.GetBytes("Another text.")));
        await AssertUnavailableAsync(() => PostAsync(system, "/api/v1/search", """{"query":"badger"}"""));
        await AssertUnavailableAsync(() => PostAsync(system, "/api/v1/answers", """{"question":"What does the badger do?"}"""));

        await postgres.StartPostgresAsync();
        await Eventually.TrueAsync(
            async () => (await system.Client.Http.GetAsync("/ready", TestContext.Current.CancellationToken)).IsSuccessStatusCode,
            Recovery, () => "Not ready again.", TestContext.Current.CancellationToken);
        var later = await system.Client.UploadAndWaitAsync("badger.txt", Encoding.UTF8.GetBytes("Badgers dig setts."));
        Assert.Equal("ready", later["status"]!.GetValue<string>());
        Assert.Single(await system.Client.FindAsync("badgers"));
        Assert.Single(await system.Client.FindAsync("fox"));
    }

    [Fact]
    public async Task Without_Redis_everything_works_uncached()
    {
        await using var redis = EmbeddedRedis.Start(new RedisOptions { MemoryMegabytes = 64 });
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions { Redis = redis.ConnectionString });
        await system.Client.UploadAndWaitAsync("fox.txt", Fox);
        await system.Client.FindAsync("fox");

        await redis.StopAsync(TestContext.Current.CancellationToken);
        var startedAt = Stopwatch.GetTimestamp();
        for (var i = 0; i < 5; i++)
        {
            var result = await system.Client.SearchAsync($"fox {i}");
            Assert.False(result.Cached);
            Assert.Single(result.Hits);
        }

        Assert.True(Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(8), "Searches wait for Redis.");
        var document = await system.Client.UploadAndWaitAsync("badger.txt", Encoding.UTF8.GetBytes("Badgers dig setts."));
        Assert.Equal("ready", document["status"]!.GetValue<string>());
        var ready = await RagClient.JsonAsync(await system.Client.Http.GetAsync("/ready", TestContext.Current.CancellationToken));
        Assert.Equal("degraded", ready["status"]!.GetValue<string>());
        Assert.StartsWith("unhealthy: ", ready["components"]!["redis"]!.GetValue<string>());

        redis.Start();
        await Eventually.TrueAsync(
            async () => (await system.Client.GetAsync("/ready"))["components"]!["redis"]!.GetValue<string>() == "healthy",
            Recovery, () => "Redis is not used again.", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_the_embedding_model_documents_are_found_by_their_words_and_vectors_follow()
    {
        var port = FreePort.Next();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__embeddings"] = $"Endpoint=http://127.0.0.1:{port};Model=nomic-embed-text",
                ["Embeddings__BreakDuration"] = "00:00:01",
            },
        });

        var id = await system.Client.UploadAsync("fox.txt", Fox);
        var document = await system.Client.ProcessedAsync(id);
        Assert.Equal(("ready", 0), (document.Status, document.Embedded));
        Assert.Single(await system.Client.FindAsync("fox"));
        var search = await system.Client.SearchAsync("fox");
        Assert.Equal("text", search["mode"]!.GetValue<string>());
        Assert.NotNull(search["degraded"]);

        await using var ollama = await OllamaStub.StartAsync(port);
        Assert.Equal(1, (await system.Client.EmbeddedAsync(id)).Embedded);
        await Eventually.TrueAsync(
            async () => (await system.Client.SearchAsync("fox"))["mode"]!.GetValue<string>() == "hybrid",
            Recovery, () => "Vectors are not used.", TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Without_the_language_model_answers_are_extractive_and_say_so()
    {
        var port = FreePort.Next();
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings__chat"] = $"Endpoint=http://127.0.0.1:{port};Model=llama3.2",
                ["Answers__BreakDuration"] = "00:00:01",
            },
        });
        await system.Client.UploadAndWaitAsync("fox.txt", Fox);
        await system.Client.FindAsync("fox");

        var extractive = await system.Client.AskAsync("What does the quick fox do?");
        Assert.Equal("extractive", extractive["kind"]!.GetValue<string>());
        Assert.NotNull(extractive["degraded"]);
        Assert.Contains("jumps over the lazy dog", extractive["answer"]!.GetValue<string>());
        Assert.Single(extractive["citations"]!.AsArray());

        await using var ollama = await OllamaStub.StartAsync(port);
        ollama.Answer = _ => "It jumps over the lazy dog [1].";
        JsonNode generated = null!;
        await Eventually.TrueAsync(
            async () => (generated = await system.Client.AskAsync("What does the quick fox do?"))["kind"]!.GetValue<string>() == "generated",
            Recovery, () => $"The model is not used: {generated}", TestContext.Current.CancellationToken);
        Assert.NotNull(generated["model"]);
    }

    [Fact]
    public async Task Without_the_worker_uploads_are_accepted_and_wait()
    {
        await using var system = await RagSystem.StartAsync(stores);
        await system.Worker.KillAsync();

        var id = await system.Client.UploadAsync("fox.txt", Fox);
        Assert.Equal("pending", (await system.Client.DocumentAsync(id))["status"]!.GetValue<string>());

        await system.Worker.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("ready", (await system.Client.ProcessedAsync(id))["status"]!.GetValue<string>());
    }

    private static async Task AssertStatusAsync(RagSystem system, string path, HttpStatusCode expected)
    {
        using var response = await system.Client.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
    }

    private static async Task AssertUnavailableAsync(Func<Task<HttpResponseMessage>> send)
    {
        var startedAt = Stopwatch.GetTimestamp();
        using var response = await send();
        var took = Stopwatch.GetElapsedTime(startedAt);

        Assert.True(
            response.StatusCode == HttpStatusCode.ServiceUnavailable,
            $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.True(took < TimeSpan.FromSeconds(6), $"It took {took}.");
    }

    private static Task<HttpResponseMessage> PostAsync(RagSystem system, string path, string body) =>
        system.Client.Http.PostAsync(
        path, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
