using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OllamaSharp;
using RagAspire.Answers;
using RagAspire.Answers.Generation;
using RagAspire.Search;
using RagAspire.TestSupport.Ollama;
using RagAspire.TestSupport.Usage;
using RagAspire.Vectors.Terms;

namespace RagAspire.Tests.Answers;

/// <summary>A writer as the application builds it, with a model behind OllamaSharp or without one.</summary>
internal sealed class AnswerRig : IDisposable
{
    private readonly HttpClient? _http;

    private AnswerRig(IChatClient? chat, HttpClient? http, AnswerOptions options, TimeProvider clock)
    {
        _http = http;
        Model = new AnswerModel(Options.Create(options), clock, NullLogger<AnswerModel>.Instance, UsageData.Meter(), chat);
        Writer = new AnswerWriter(Model, new TextAnalyzer(), Options.Create(options));
    }

    public AnswerModel Model { get; }

    public AnswerWriter Writer { get; }

    public static AnswerRig WithoutModel() => new(null, null, new AnswerOptions(), TimeProvider.System);

    public static AnswerRig With(IChatClient chat, AnswerOptions? options = null, TimeProvider? clock = null) =>
        new(chat, null, options ?? new AnswerOptions(), clock ?? TimeProvider.System);

    public static AnswerRig With(OllamaStub stub, AnswerOptions? options = null, string? model = null, TimeProvider? clock = null)
    {
        var handler = new StreamCancellation { InnerHandler = new SocketsHttpHandler() };
        var http = new HttpClient(handler) { BaseAddress = stub.Address };
        return new(new OllamaApiClient(http, model ?? stub.ChatModel), http, options ?? new AnswerOptions(),
            clock ?? TimeProvider.System);
    }

    public async Task<(AnswerWriting Writing, IReadOnlyList<string> Tokens)> AskAsync(
        string question, SearchHit[]? hits = null, SessionTurn[]? history = null, bool hasVectors = false,
        TermFrequencies? counts = null, SearchHit[]? neighbours = null)
    {
        var writing = Writer.Begin(new AnswerContext(
            question,
            hits ?? AnswerData.Company,
            history ?? [],
            hasVectors,
            counts is null ? null : (_, _) => Task.FromResult<TermFrequencies?>(counts))
        {
            Neighbours = neighbours ?? [],
        });
        return (writing, await writing.TokensAsync(TestContext.Current.CancellationToken).ToListAsync());
    }

    /// <summary>The answer to a question, when neither its sources nor its tokens matter.</summary>
    public async Task<AnswerDraft> AnswerAsync(
        string question, SearchHit[]? hits = null, SessionTurn[]? history = null, bool hasVectors = false,
        TermFrequencies? counts = null, SearchHit[]? neighbours = null) =>
        (await AskAsync(question, hits, history, hasVectors, counts, neighbours)).Writing.Draft;

    public void Dispose() => _http?.Dispose();
}
