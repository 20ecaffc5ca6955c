using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace RagAspire.Client;

/// <summary>A client of the HTTP API. Every failure is a <see cref="RagApiException"/>, cancellation apart.</summary>
public sealed class RagApiClient
{
    private readonly ApiConnection _api;

    /// <param name="http">
    /// With the address of the API as its base address, and without a time limit of its own: streams stay open as long as they
    /// are read, and other calls have a limit here.
    /// </param>
    public RagApiClient(HttpClient http)
    {
        _api = new ApiConnection(http);
        Documents = new DocumentCalls(_api);
        Operations = new OperationCalls(_api);
        Quality = new QualityCalls(_api);
    }

    /// <summary>With the key that every call sends.</summary>
    /// <inheritdoc cref="RagApiClient(HttpClient)"/>
    public RagApiClient(HttpClient http, string key)
        : this(http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public DocumentCalls Documents { get; }

    public OperationCalls Operations { get; }

    public QualityCalls Quality { get; }

    /// <summary>The name and the rights of the key that the calls have.</summary>
    public Task<CurrentKey> KeyAsync(CancellationToken cancellationToken) =>
        _api.GetAsync<CurrentKey>("api/v1/key", cancellationToken);

    /// <summary>A page of the collections that the key may use, in the order of their names.</summary>
    public Task<Page<CollectionSummary>> CollectionsAsync(string? after, int limit, CancellationToken cancellationToken) =>
        _api.GetAsync<Page<CollectionSummary>>(Address.With("api/v1/collections", ("after", after), ("limit", limit)), cancellationToken);

    /// <summary>Writes a whole collection with originals, chunks and vectors to a stream, as a TAR.</summary>
    public Task ExportAsync(string collection, Stream target, CancellationToken cancellationToken) =>
        _api.CopyAsync($"{Of(collection)}/export", target, cancellationToken);

    /// <summary>Takes in the export of a collection; what is here is not changed, and the import can be repeated.</summary>
    /// <param name="archive">Read once, and left open.</param>
    public Task<ImportReport> ImportAsync(string collection, Stream archive, CancellationToken cancellationToken) =>
        _api.SendAsync<ImportReport>(HttpMethod.Post, $"{Of(collection)}/import", archive, "application/x-tar", cancellationToken);

    public Task<SearchResult> SearchAsync(SearchRequest request, CancellationToken cancellationToken) =>
        _api.CallAsync<SearchResult>(HttpMethod.Post, "api/v1/search", request, cancellationToken);

    /// <summary>Asks a question and waits for the whole answer.</summary>
    public async Task<Answer> AnswerAsync(AnswerRequest request, CancellationToken cancellationToken)
    {
        await foreach (var step in AskAsync(request, cancellationToken))
        {
            if (step is DoneEvent done)
            {
                return done.Answer;
            }
        }

        throw EndedEarly();
    }

    /// <summary>Asks a question; the answer comes while it is written, and ends with <see cref="DoneEvent"/>.</summary>
    public async IAsyncEnumerable<AnswerEvent> AskAsync(
        AnswerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isDone = false;
        await foreach (var (type, data) in _api.EventsAsync(HttpMethod.Post, "api/v1/answers", request, cancellationToken))
        {
            AnswerEvent? step = type switch
            {
                "sources" => ApiConnection.Parse<SourcesEvent>(data),
                "token" => ApiConnection.Parse<TokenEvent>(data),
                "done" => new DoneEvent(ApiConnection.Parse<Answer>(data)),
                _ => null,
            };
            if (step is not null)
            {
                isDone |= step is DoneEvent;
                yield return step;
            }
        }

        if (!isDone)
        {
            throw EndedEarly();
        }
    }

    /// <summary>Rates a search or an answer as relevant or not.</summary>
    public Task RateAsync(FeedbackRequest request, CancellationToken cancellationToken) =>
        _api.CallAsync(HttpMethod.Post, "api/v1/feedback", request, cancellationToken);

    private static string Of(string collection) => $"api/v1/collections/{Uri.EscapeDataString(collection)}";

    private static RagApiException EndedEarly() => new(
        System.Net.HttpStatusCode.BadGateway, "The answer broke off", "The API has stopped in the middle of the answer. Ask again.");
}
