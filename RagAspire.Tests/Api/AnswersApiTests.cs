using System.Text;
using Npgsql;
using RagAspire.Database;
using RagAspire.Tests.Support;
using RagAspire.TestSupport.Ollama;

namespace RagAspire.Tests.Api;

/// <summary><c>POST /answers</c> from outside, with a model: as JSON and as server-sent events.</summary>
[Collection(Processes.Systems)]
public sealed class AnswersApiTests(AnswersApiTests.AnswersHost host) : IClassFixture<AnswersApiTests.AnswersHost>
{
    private const string Question = "What does the quick brown fox jump over?";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RagClient Client => host.System.Client;

    [Fact]
    public async Task An_answer_is_streamed_as_its_sources_its_text_and_the_same_JSON_as_without_a_stream()
    {
        var whole = await Client.AskAsync(Question);
        var events = await Client.AskForEventsAsync(Question);

        Assert.Equal("sources", events[0].Name);
        var source = Assert.Single(events[0].Data["sources"]!.AsArray())!;
        Assert.Equal((1, "fox.txt"), (source["number"]!.GetValue<int>(), source["documentName"]!.GetValue<string>()));
        Assert.All(events.Skip(1).SkipLast(1), step => Assert.Equal("token", step.Name));
        Assert.True(events.Count > 4, "The text came in one piece.");
        Assert.Equal("done", events[^1].Name);
        var done = new AnswerResponse(events[^1].Data);
        Assert.Equal("It jumps over the lazy dog [1].", done.Answer);
        Assert.Equal(done.Answer, string.Concat(events.Skip(1).SkipLast(1).Select(step => step.Data["text"]!.GetValue<string>())));
        Assert.Equal(("generated", host.Ollama.ChatModel, null, false), (done.Kind, done.Model, done.Degraded, done.Cached));
        Assert.Equal("fox.txt", Assert.Single(done.Citations).DocumentName);
        Assert.Equal(
            ["answerId", "sessionId", "answer", "kind", "model", "citations", "degraded", "cached", "tookMs"],
            done.Json.AsObject().Select(value => value.Key));
        Assert.Equal(done.Json.AsObject().Select(value => value.Key), whole.Json.AsObject().Select(value => value.Key));
        Assert.Equal((whole.Answer, whole.Kind, whole.Model), (done.Answer, done.Kind, done.Model));
    }

    [Fact]
    public async Task A_session_is_continued_by_its_id()
    {
        var first = await Client.AskAsync(Question);
        var other = await Client.AskAsync(Question);
        var next = await Client.AskAsync("And which colour does the fox have?", sessionId: first.SessionId);

        Assert.NotEqual(first.SessionId, other.SessionId);
        Assert.Equal(first.SessionId, next.SessionId);
        Assert.Contains(
            host.Ollama.Requests, request => request.Body?.ToJsonString().Contains("understood alone: And which colour") == true);
    }

    [Fact]
    public async Task A_failure_in_the_middle_of_a_stream_is_its_last_event()
    {
        await using var dataSource = NpgsqlDataSource.Create(host.System.Database);
        await dataSource.Command("alter table answers add constraint nothing_more check (false) not valid").ExecuteAsync(Token);

        var events = await Client.AskForEventsAsync(Question);

        await dataSource.Command("alter table answers drop constraint nothing_more").ExecuteAsync(Token);
        Assert.Equal(["sources", "token", "error"], events.Select(step => step.Name).Distinct());
        var error = events[^1].Data;
        Assert.Equal(500, error["status"]!.GetValue<int>());
        Assert.Equal("An internal error occurred.", error["detail"]!.GetValue<string>());
        Assert.Matches("^[0-9a-f]{32}$", error["traceId"]!.GetValue<string>());
        Assert.DoesNotContain("nothing_more", error.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>A system with a model that gives always the same answer, and without a cache.</summary>
    public sealed class AnswersHost(Stores stores) : IAsyncLifetime
    {
        public OllamaStub Ollama { get; private set; } = null!;

        public RagSystem System { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Ollama = await OllamaStub.StartAsync();
            Ollama.Answer = _ => "It jumps over the lazy dog [1].";
            System = await RagSystem.StartAsync(stores, new RagSystemOptions
            {
                Settings = new Dictionary<string, string>
                {
                    ["ConnectionStrings__chat"] = Ollama.ConnectionString(Ollama.ChatModel),
                    ["Cache__Enabled"] = "false",
                },
            });
            await System.Client.UploadAndWaitAsync("fox.txt", Encoding.UTF8.GetBytes("The quick brown fox jumps over the lazy dog."));
            await System.Client.FindAsync("fox");
        }

        public async ValueTask DisposeAsync()
        {
            await System.DisposeAsync();
            await Ollama.DisposeAsync();
        }
    }
}
