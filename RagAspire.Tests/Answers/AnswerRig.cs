using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Answers;
using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.TestSupport.Ollama;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers;

/// <summary>A writer as the application builds it, with a model behind OllamaSharp or without one.</summary>
internal sealed class AnswerRig : IDisposable
{
    private readonly HttpClient? _http;

    private AnswerRig(IChatClient? chat, HttpClient? http, AnswerOptions options, TimeProvider clock)
    {
        _http = http;
        Model = new AnswerModel(Options.Create(options), clock, NullLogger<AnswerModel>.Instance, chat);
        Writer = new AnswerWriter(Model, new TextAnalyzer(), Options.Create(options));
    }

    public AnswerModel Model { get; }

    public AnswerWriter Writer { get; }

    public static AnswerRig WithoutModel() => new(null, null, new AnswerOptions(), TimeProvider.System);

    public static AnswerRig With(IChatClient chat, AnswerOptions? options = null, TimeProvider? clock = null) =>
        new(chat, null, options ?? new AnswerOptions(), clock ?? TimeProvider.System);

    public static AnswerRig With(OllamaStub stub, AnswerOptions? options = null, string? model = null, TimeProvider? clock = null)
    {
        var http = new HttpClient(new StreamCancellation { InnerHandler = new SocketsHttpHandler() }) { BaseAddress = stub.Address };
        return new(new OllamaApiClient(http, model ?? stub.ChatModel), http, options ?? new AnswerOptions(), clock ?? TimeProvider.System);
    }

    public async Task<(List<AnswerEvent> Events, WrittenAnswer Answer)> AskAsync(
        string question, SearchHit[]? hits = null, Turn[]? history = null, bool byMeaning = false, TermFrequencies? words = null)
    {
        var events = new List<AnswerEvent>();
        var request = new AnswerRequest(question, hits ?? AnswerData.Company, history ?? [], byMeaning, words is null ? null : (_, _) => Task.FromResult<TermFrequencies?>(words));
        await foreach (var step in Writer.WriteAsync(request, TestContext.Current.CancellationToken))
        {
            events.Add(step);
        }

        Assert.IsType<SourcesRead>(events[0]);
        Assert.All(events[1..^1], step => Assert.IsType<TokenWritten>(step));
        return (events, Assert.IsType<AnswerWritten>(events[^1]).Answer);
    }

    public static string Tokens(IEnumerable<AnswerEvent> events) => string.Concat(events.OfType<TokenWritten>().Select(token => token.Text));

    public void Dispose() => _http?.Dispose();
}
