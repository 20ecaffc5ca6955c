using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagAspire.Answers;
using RagAspire.Monitoring;
using RagAspire.Tests.Answers;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.OpenAi;
using RagAspire.TestSupport.Usage;
using RagAspire.Usage;
using RagAspire.Vectors;
using RagAspire.Vectors.Embedding;

namespace RagAspire.Tests.Models;

/// <summary>Models behind OpenAI's protocol, as a host registers them.</summary>
public sealed class OpenAiModelTests
{
    private const string Question = "When did the warehouse in Bergen burn down?";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_answers_in_a_stream_and_its_tokens_are_counted()
    {
        await using var stub = await OpenAiStub.StartAsync();
        await using var services = Build(stub);

        var models = new System.Collections.Concurrent.ConcurrentBag<string?>();
        using var meters = new MeterListener { InstrumentPublished = Listen };
        meters.SetMeasurementEventCallback<int>((_, _, tags, _) => models.Add(ModelOf(tags)));
        meters.Start();

        var draft = await AskAsync(services);

        Assert.Contains(stub.ChatModel, models);
        Assert.Equal((AnswerKind.Generated, stub.ChatModel), (draft.Kind, draft.Model));
        Assert.Contains("burned down", draft.Text);
        var body = stub.Requests.Single().Body!.AsObject();
        Assert.False(body.ContainsKey("num_ctx") || body.ContainsKey("reasoning_effort"), $"{body}");
        Assert.True(draft.Call!.InputTokens > 50 && draft.Call.OutputTokens > 5);
        Assert.Equal((stub.ChatModel, ModelOutcome.Completed), (draft.Call.Model, draft.Call.Outcome));
    }

    [Theory]
    [InlineData(OpenAiMode.Failing, "the model server answered 500")]
    [InlineData(OpenAiMode.RateLimited, "the model server answered 429")]
    [InlineData(OpenAiMode.Garbage, "the model server's answer is not readable")]
    [InlineData(OpenAiMode.Hanging, "the model gpt-test did not answer in time")]
    [InlineData(OpenAiMode.HangingMidStream, "the model gpt-test did not answer in time")]
    [InlineData(OpenAiMode.TruncatedStream, "the model server's answer broke off")]
    [InlineData(OpenAiMode.BrokenStream, "the model server's answer broke off")]
    [InlineData(OpenAiMode.ErrorMidStream, "the model server's answer broke off")]
    [InlineData(OpenAiMode.EndlessLine, "the model server answered 502")]
    public async Task Whatever_happens_to_the_model_the_sources_answer_and_the_reason_is_told(OpenAiMode mode, string reason)
    {
        await using var stub = await OpenAiStub.StartAsync();
        stub.Answer = _ => "The model's own words, which will not come to their end [1].";
        stub.Mode = mode;
        // Only a model that says nothing more is to meet its time limit.
        var limit = mode is OpenAiMode.Hanging or OpenAiMode.HangingMidStream ? "00:00:00.600" : "00:01:00";
        await using var services = Build(stub, settings: ("Answers:FirstTokenTimeout", limit));
        var startedAt = Stopwatch.GetTimestamp();

        var draft = await AskAsync(services);

        Assert.Equal((AnswerKind.Extractive, reason), (draft.Kind, draft.Degraded));
        Assert.True(Stopwatch.GetElapsedTime(startedAt) < TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(
            () => Task.FromResult(stub.OpenCalls == 0), TimeSpan.FromSeconds(10), () => "The call goes on", Cancelled);
        Assert.Single(stub.Requests);
        Assert.InRange(stub.SentBytes, 0, 256 << 20);
    }

    [Fact]
    public async Task After_some_failures_the_model_is_left_alone()
    {
        await using var stub = await OpenAiStub.StartAsync();
        stub.Mode = OpenAiMode.RateLimited;
        await using var services = Build(stub, settings: ("Answers:BreakAfterFailures", "2"));
        await AskAsync(services);
        await AskAsync(services);

        Assert.Contains("left alone", (await AskAsync(services)).Degraded);
        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact]
    public async Task Parameters_that_a_model_refuses_are_left_out_from_then_on()
    {
        await using var stub = await OpenAiStub.StartAsync();
        stub.RefusedParameters = ["temperature", "seed"];
        await using var services = Build(stub);

        Assert.Equal(AnswerKind.Generated, (await AskAsync(services)).Kind);
        Assert.Equal(AnswerKind.Generated, (await AskAsync(services)).Kind);
        Assert.Equal(4, stub.Requests.Count);
    }

    [Fact]
    public async Task A_wrong_key_and_an_absent_model_are_told_and_the_key_is_nowhere()
    {
        await using var stub = await OpenAiStub.StartAsync();
        var logs = new LogLines();
        await using var services = Build(stub, chat: $"Endpoint={stub.Address}v1;Key=sk-wrong-secret;Model=gpt-test", logs: logs);

        var draft = await AskAsync(services);

        Assert.Equal((AnswerKind.Extractive, "the model server refuses the key"), (draft.Kind, draft.Degraded));
        Assert.Equal("The model server refuses the key.", await HealthAsync(services));
        Assert.NotEmpty(logs.Lines);
        Assert.DoesNotContain(logs.Lines, line => line.Contains("sk-wrong-secret", StringComparison.Ordinal));

        await using var other = Build(stub, chat: stub.ConnectionString("absent"));
        Assert.Equal("the server does not have the model absent", (await AskAsync(other)).Degraded);
        Assert.Equal("The server does not have the model absent.", await HealthAsync(other));
    }

    [Fact]
    public async Task The_health_check_asks_for_the_list_of_models()
    {
        await using var stub = await OpenAiStub.StartAsync();
        await using var services = Build(stub);
        Assert.Null(await HealthAsync(services));

        stub.HasList = false;
        Assert.Null(await HealthAsync(services));
        stub.Mode = OpenAiMode.Failing;
        Assert.NotNull(await HealthAsync(services));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Texts_become_unit_vectors_in_their_order(bool ignoresEncoding)
    {
        await using var stub = await OpenAiStub.StartAsync();
        stub.IgnoresEncoding = ignoresEncoding;
        await using var services = Build(stub, settings: ("Embeddings:BatchSize", "4"));
        var embedder = services.GetRequiredService<Embedder>();
        var texts = Enumerable.Range(0, 10).Select(i => $"text number {i} about {(i % 2 == 0 ? "cats" : "stocks")}").ToList();

        var vectors = await embedder.EmbedDocumentsAsync(texts, UsageData.Nobody, Cancelled);

        Assert.Equal([4, 4, 2], stub.Requests.Select(request => request.Body!["input"]!.AsArray().Count));
        Assert.Equal((stub.EmbeddingModel, 256), (embedder.Model, embedder.Dimensions));
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(value => value * value), 1e-4));
        Assert.True(Cosine(vectors[0], vectors[2]) > Cosine(vectors[0], vectors[1]));
    }

    [Theory]
    [InlineData(OpenAiMode.Failing, "the model server answered 500", true)]
    [InlineData(OpenAiMode.RateLimited, "the model server answered 429", false)]
    [InlineData(OpenAiMode.Garbage, "the model server's answer is not readable", false)]
    [InlineData(OpenAiMode.Hanging, "the model embedding-test did not answer in time", false)]
    [InlineData(OpenAiMode.EndlessLine, "the model server answered 502", false)]
    public async Task Failures_of_embeddings_say_why(OpenAiMode mode, string reason, bool isRefusal)
    {
        await using var stub = await OpenAiStub.StartAsync();
        stub.Mode = mode;
        var limit = mode == OpenAiMode.Hanging ? "00:00:00.300" : "00:00:30";
        await using var services = Build(stub, settings: ("Embeddings:RequestTimeout", limit));

        var failure = await Assert.ThrowsAsync<EmbeddingUnavailableException>(() => services.GetRequiredService<Embedder>()
            .EmbedDocumentsAsync(["text"], UsageData.Nobody, Cancelled));

        Assert.Equal((reason, isRefusal), (failure.Message, failure.IsRefusal));
        Assert.Single(stub.Requests);
    }

    private static ServiceProvider Build(
        OpenAiStub stub, string? chat = null, LogLines? logs = null, params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(pair => pair.Name, pair => (string?)pair.Value));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:ragdb"] = "Host=127.0.0.1;Port=1;Database=none",
            ["ConnectionStrings:cache"] = "127.0.0.1:1",
            ["ConnectionStrings:chat"] = chat ?? stub.ConnectionString(stub.ChatModel),
            ["ConnectionStrings:embeddings"] = stub.ConnectionString(stub.EmbeddingModel),
        });
        builder.AddRagClients();
        if (logs is not null)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        }

        builder.Services.AddSingleton(TimeProvider.System).AddUsage().AddVectors().AddAnswers().AddComponentChecks();
        return builder.Services.BuildServiceProvider();
    }

    private static async Task<AnswerDraft> AskAsync(ServiceProvider services)
    {
        var writing = services.GetRequiredService<AnswerWriter>().Begin(
            new AnswerContext(Question, AnswerData.Company, [], HasVectors: false));
        await writing.TokensAsync(Cancelled).ToListAsync();
        return writing.Draft;
    }

    private static async Task<string?> HealthAsync(ServiceProvider services)
    {
        var report = await services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Name == "llm_service", Cancelled);
        var entry = report.Entries["llm_service"];
        return entry.Status == HealthStatus.Healthy ? null : entry.Description;
    }

    private static void Listen(Instrument instrument, MeterListener listener)
    {
        if (instrument.Name == "gen_ai.client.token.usage")
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private static string? ModelOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "gen_ai.response.model")
            {
                return value as string;
            }
        }

        return null;
    }

    private static double Cosine(float[] one, float[] other) => one.Zip(other, (x, y) => x * y).Sum();

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
