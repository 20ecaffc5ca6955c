using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RagAspire.Benchmarks.Load;

namespace RagAspire.Benchmarks.Soak;

/// <summary>A document that the API has accepted: what must be there at the end.</summary>
/// <param name="Word">In this version's text and in no other document.</param>
internal sealed record SoakDocument(Guid Id, string Word, byte[] Content, DateTimeOffset StoredAt);

/// <summary>
/// A user who uploads, replaces, deletes, reads, searches and asks. Writes are repeated until they are acknowledged, as a client
/// has to, and what was acknowledged is kept as the truth.
/// </summary>
internal sealed class SoakUser(int number, int seed, SoakClient client, Outages outages)
{
    private const int MostDocuments = 40;
    private const int WordsPerDocument = 400;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromSeconds(1);

    /// <summary>From then on a document has to be found, if nothing is broken.</summary>
    private static readonly TimeSpan Searchable = TimeSpan.FromSeconds(60);

    private readonly Random _random = new(seed + number);
    private readonly SyntheticText _text = new(seed + number);
    private readonly List<SoakDocument> _documents = [];
    private readonly List<SoakDocument> _deleted = [];
    private int _written;

    public IReadOnlyList<SoakDocument> Documents => _documents;

    public IReadOnlyList<SoakDocument> Deleted => _deleted;

    /// <summary>One step of the mix.</summary>
    public Task StepAsync(CancellationToken cancellationToken)
    {
        var dice = _random.Next(100);
        var mine = _documents.Count == 0 ? -1 : _random.Next(_documents.Count);
        return (mine, dice) switch
        {
            ( < 0, _) => UploadAsync(cancellationToken),
            (_, < 12) when _documents.Count < MostDocuments => UploadAsync(cancellationToken),
            (_, < 12) => DeleteAsync(mine, cancellationToken),
            (_, < 18) => ReplaceAsync(mine, cancellationToken),
            (_, < 22) => DeleteAsync(mine, cancellationToken),
            (_, < 60) => SearchAsync(_documents[mine], cancellationToken),
            (_, < 72) => AskAsync(_documents[mine], cancellationToken),
            (_, < 84) => client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, Path(_documents[mine].Id)), cancellationToken),
            (_, < 92) => client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, $"{Path(_documents[mine].Id)}/content"), cancellationToken),
            _ => client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, "api/v1/documents?limit=50"), cancellationToken),
        };
    }

    private async Task UploadAsync(CancellationToken cancellationToken)
    {
        var (word, content) = Text();
        var id = await WriteAsync(() => Upload(HttpMethod.Post, "api/v1/documents", word, content), cancellationToken);
        if (id is { } stored)
        {
            _documents.Add(new SoakDocument(stored, word, content, outages.Now));
        }
    }

    private async Task ReplaceAsync(int index, CancellationToken cancellationToken)
    {
        var (word, content) = Text();
        var id = _documents[index].Id;
        if (await WriteAsync(() => Upload(HttpMethod.Put, Path(id), word, content), cancellationToken) == id)
        {
            _documents[index] = new SoakDocument(id, word, content, outages.Now);
        }
    }

    private async Task DeleteAsync(int index, CancellationToken cancellationToken)
    {
        var document = _documents[index];
        for (var from = outages.Now; outages.Now - from < Patience;)
        {
            // Missing, because an attempt whose response was lost has deleted it.
            var (outcome, _, _) = await client.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Delete, Path(document.Id)), cancellationToken, HttpStatusCode.NotFound);
            if (outcome == SoakOutcome.Answered)
            {
                _documents.RemoveAt(index);
                _deleted.Add(document);
                return;
            }

            await Task.Delay(BeforeAgain, cancellationToken);
        }

        client.Fault($"{document.Id} could not be deleted in {Patience}");
    }

    private async Task SearchAsync(SoakDocument document, CancellationToken cancellationToken)
    {
        var from = outages.Now;
        var (outcome, _, body) = await client.SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, "api/v1/search") { Content = JsonContent.Create(new { query = document.Word }) },
            cancellationToken);
        if (outcome != SoakOutcome.Answered
            || from - document.StoredAt < Searchable || outages.Since(from - Searchable, Chaos.All))
        {
            return;
        }

        var hits = JsonNode.Parse(body)!["hits"]!.AsArray();
        if (!hits.Any(hit => hit!["documentId"]!.GetValue<Guid>() == document.Id))
        {
            client.Fault($"{document.Id} is not found by {document.Word}, stored at {document.StoredAt:HH:mm:ss}");
        }
    }

    private async Task AskAsync(SoakDocument document, CancellationToken cancellationToken) => await client.SendAsync(
        () => new HttpRequestMessage(HttpMethod.Post, "api/v1/answers")
        {
            Content = JsonContent.Create(new { question = $"What is {document.Word}?" }),
        },
        cancellationToken);

    /// <returns>The document's id, or null when it was never acknowledged, which is a fault.</returns>
    private async Task<Guid?> WriteAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        for (var from = outages.Now; outages.Now - from < Patience;)
        {
            var (outcome, _, body) = await client.SendAsync(request, cancellationToken);
            if (outcome == SoakOutcome.Answered)
            {
                return JsonNode.Parse(body)!["id"]!.GetValue<Guid>();
            }

            await Task.Delay(BeforeAgain, cancellationToken);
        }

        client.Fault($"a write of user {number} was not acknowledged in {Patience}");
        return null;
    }

    private (string Word, byte[] Content) Text()
    {
        var word = $"soak{number}x{_written++}";
        return (word, Encoding.UTF8.GetBytes($"The {word} is kept. {_text.Document(WordsPerDocument)}"));
    }

    private static string Path(Guid id) => $"api/v1/documents/{id}";

    private static HttpRequestMessage Upload(HttpMethod method, string path, string word, byte[] content) => new(method, path)
    {
        Content = new MultipartFormDataContent { { new ByteArrayContent(content), "file", $"{word}.txt" } },
    };
}
