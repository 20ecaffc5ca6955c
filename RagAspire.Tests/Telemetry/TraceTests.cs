using System.Text;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Telemetry;

/// <summary>One upload and one question are one trace each, across every process and store that took part.</summary>
[Collection(Processes.Systems)]
public sealed class TraceTests(Stores stores)
{
    [Fact]
    public async Task An_upload_and_a_question_are_one_trace_each()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var ollama = await OllamaStub.StartAsync();
        ollama.Answer = _ => "It jumps over the lazy dog [1].";
        await using var system = await RagSystem.StartAsync(stores, new RagSystemOptions
        {
            Settings = new Dictionary<string, string>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "200",

                // What is not taken in time is dropped, and this process, which takes it, runs other tests too.
                ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "60000",
                ["ConnectionStrings__chat"] = ollama.ConnectionString(ollama.ChatModel),
                ["ConnectionStrings__embeddings"] = ollama.ConnectionString(ollama.EmbeddingModel),
            },
        });

        await system.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
        await system.Client.FindAsync("fox");
        var answer = await system.Client.AskAsync("What does the quick brown fox do?");
        Assert.Equal("generated", answer.Kind);

        // An index in the process is written by its synchronisation, outside the run; a shared one adds the stage "index".
        var upload = await TraceAsync(
            collector, "POST /api/v1/documents/", "ingest", "extract", "chunk");
        Assert.Equal(["ragaspire-api", "ragaspire-worker"], upload.Select(span => span.Service).Distinct().Order());
        AssertContains(upload, "ragaspire-worker", "ingest", "extract", "chunk");
        AssertStages(upload, ("extract", "ingest"), ("chunk", "ingest"));
        Assert.Contains(upload, span => span.Service == "ragaspire-worker" && span.Name.Contains("ragdb", StringComparison.OrdinalIgnoreCase)
            || span.Name.StartsWith("test_", StringComparison.Ordinal) || span.Name.Contains("postgres", StringComparison.OrdinalIgnoreCase));

        // Vectors are computed for many documents together, so their trace is that of no upload.
        var vectors = await TraceAsync(collector, "embed", $"embeddings {ollama.EmbeddingModel}");
        AssertStages(vectors, ($"embeddings {ollama.EmbeddingModel}", "embed"));

        var question = await TraceAsync(
            collector, "POST /api/v1/answers", "answer", "search", "embed", "index.search", $"chat {ollama.ChatModel}");
        AssertContains(question, "ragaspire-api", "answer", "search", "embed", "index.search");
        AssertStages(
            question, ("answer", "POST /api/v1/answers"), ("search", "answer"), ("embed", "search"), ("index.search", "search"),
            ($"embeddings {ollama.EmbeddingModel}", "embed"), ($"chat {ollama.ChatModel}", "answer"));
        AssertGenerative(question, "chat", ollama.ChatModel);
        AssertGenerative(question, "embeddings", ollama.EmbeddingModel);
        Assert.All(collector.Spans.SelectMany(span => span.Attributes), attribute =>
            Assert.DoesNotContain("lazy dog", attribute.Value, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Each stage has a duration, which is part of the duration of the stage that it belongs to.</summary>
    private static void AssertStages(List<CollectedSpan> trace, params (string Name, string Within)[] stages) =>
        Assert.All(stages, stage =>
    {
        var span = Assert.Single(trace, span => span.Name == stage.Name);
        var within = Assert.Single(trace, parent => parent.SpanId == span.ParentId);
        Assert.Equal(stage.Within, within.Name);
        Assert.True(span.Start < span.End, $"{span}");
        Assert.True(within.Start <= span.Start && span.End <= within.End, $"{span} is not within {within}");
    });

    /// <summary>By the conventions for generative models, and without a word of what was said.</summary>
    private static void AssertGenerative(List<CollectedSpan> trace, string operation, string model)
    {
        var span = trace.First(span => span.Name.StartsWith($"{operation} ", StringComparison.Ordinal));
        Assert.Equal(operation, span.Attributes["gen_ai.operation.name"]);
        Assert.Equal(model, span.Attributes["gen_ai.request.model"]);
        Assert.Contains("gen_ai.provider.name", span.Attributes.Keys);
    }

    /// <summary>The trace of a request, once it has a span of each name and no span refers to one that is missing.</summary>
    private static async Task<List<CollectedSpan>> TraceAsync(OtlpCollector collector, string root, params string[] names)
    {
        List<CollectedSpan> trace = [];
        await Eventually.TrueAsync(
            () =>
            {
                var begin = collector.Spans.FirstOrDefault(span => span.Name == root && span.ParentId.Length == 0);
                trace = [.. collector.Spans.Where(span => span.TraceId == begin?.TraceId)];
                var ids = trace.Select(span => span.SpanId).ToHashSet();
                return Task.FromResult(
                    names.All(name => trace.Exists(span => span.Name == name))
                    && trace.Count(span => !ids.Contains(span.ParentId)) == 1);
            },
            TimeSpan.FromSeconds(60),
            () => $"No whole trace of {root}: {string.Join(", ", trace.Select(span => $"{span.Service}/{span.Name}"))}",
            TestContext.Current.CancellationToken);
        return trace;
    }

    private static void AssertContains(List<CollectedSpan> trace, string service, params string[] names)
    {
        var present = trace.Where(span => span.Service == service).Select(span => span.Name).ToList();
        Assert.All(names, name => Assert.Contains(name, present));
    }
}
