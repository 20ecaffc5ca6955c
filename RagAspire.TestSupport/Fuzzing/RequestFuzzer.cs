using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace RagAspire.TestSupport.Fuzzing;

/// <summary>A request that the system did not answer as it should.</summary>
/// <param name="Number">With the seed it makes the same request again.</param>
public sealed record FuzzFailure(long Number, string Request, string Reason);

/// <summary>
/// Sends requests that are nearly right to every call of the API's description. The same seed makes the same requests.
/// </summary>
/// <param name="client">With the address and the key.</param>
/// <param name="document">The OpenAPI document.</param>
/// <param name="files">Files to change and upload; small ones.</param>
public sealed class RequestFuzzer(HttpClient client, JsonNode document, IReadOnlyList<byte[]> files)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly string[] ContentTypes =
    [
        "application/json", "application/json; charset=utf-8", "application/json; charset=klingon", "application/json; charset=utf-16",
        "text/plain", "application/xml", "multipart/form-data", "application/x-www-form-urlencoded", "",
    ];

    private static readonly string[] Accepts =
        ["application/json", "text/event-stream", "text/html", "text/plain", "image/png", "*/*", "nonsense", "application/json;q=x"];

    private readonly IReadOnlyList<DescribedOperation> _operations = DescribedOperation.Of(document);

    /// <summary>Sends one request.</summary>
    /// <returns>Null when it was answered as it should be.</returns>
    public async Task<FuzzFailure?> SendAsync(int seed, long number, CancellationToken cancellationToken)
    {
        var random = new Random(HostileValues.Seed(seed, number));
        var operation = HostileValues.Pick(random, _operations);
        using var request = Make(operation, random);
        var startedAt = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var text = response.Content.Headers.ContentType?.MediaType == "text/event-stream"
                ? ""
                : await response.Content.ReadAsStringAsync(limit.Token);
            return Fault(response, text) is { } fault ? new FuzzFailure(number, Show(operation, request), fault) : null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new FuzzFailure(number, Show(operation, request), $"No answer in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0} s.");
        }
        catch (HttpRequestException ex) when (ex.InnerException is IOException)
        {
            // The server may close the connection of a request whose body it refuses to read to its end.
            return request.Content is null ? new FuzzFailure(number, Show(operation, request), ex.Message) : null;
        }
    }

    private static string? Fault(HttpResponseMessage response, string text)
    {
        var status = (int)response.StatusCode;
        return status >= 500 && response.StatusCode != HttpStatusCode.ServiceUnavailable ? $"{status}: {text}"
            : text.Contains("   at RagAspire.", StringComparison.Ordinal) || text.Contains("Npgsql.", StringComparison.Ordinal)
                ? $"A stack trace: {text}"
            : status is >= 400 and not 499 && response.Content.Headers.ContentLength != 0
                && response.Content.Headers.ContentType?.MediaType != "application/problem+json" && text.Length > 0
                ? $"{status} as {response.Content.Headers.ContentType}: {text}"
            : null;
    }

    private HttpRequestMessage Make(DescribedOperation operation, Random random)
    {
        var values = new SchemaValues(operation, random);
        var path = operation.Path;
        var query = new List<string>();
        foreach (var parameter in operation.Parameters)
        {
            var name = parameter!["name"]!.GetValue<string>();
            var value = Uri.EscapeDataString(HostileValues.WithoutLoneSurrogates(values.Plain(parameter["schema"])));
            if (parameter["in"]!.GetValue<string>() == "path")
            {
                path = path.Replace($"{{{name}}}", value.Length == 0 ? "x" : value, StringComparison.Ordinal);
            }
            else if (random.Next(3) > 0)
            {
                query.AddRange(Enumerable.Repeat($"{name}={value}", random.Next(10) == 0 ? 2 : 1));
            }
        }

        var address = path.TrimStart('/') + (query.Count > 0 ? $"?{string.Join('&', query)}" : "");
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), address);
        request.Headers.TryAddWithoutValidation("Accept", HostileValues.Pick(random, Accepts));
        if (operation.Body is { } body)
        {
            request.Content = Content(operation, body, values, random);
        }

        return request;
    }

    private HttpContent Content(DescribedOperation operation, JsonObject body, SchemaValues values, Random random)
    {
        const string form = "multipart/form-data";
        string[] archives = [.. ArchiveValues.Types.Where(body.ContainsKey)];
        var isForm = body.ContainsKey(form);
        if (random.Next(10) == 0 || (!isForm && archives.Length == 0))
        {
            return Json(values.Write(body.FirstOrDefault().Value?["schema"]), random);
        }

        return archives.Length > 0 && (!isForm || random.Next(2) == 0)
            ? Archive(operation, archives, random)
            : new FormValues(operation, random, files).Write(body[form]?["schema"]);
    }

    /// <summary>Of files where also a form with files is taken, and else of a collection.</summary>
    private ByteArrayContent Archive(DescribedOperation operation, string[] types, Random random)
    {
        var isOfFiles = operation.Body!.Count > types.Length || random.Next(10) == 0;
        var archive = isOfFiles ? ArchiveValues.Files(random, files) : ExportValues.Write(random, files);
        var content = new ByteArrayContent(archive);
        content.Headers.ContentType = new MediaTypeHeaderValue(HostileValues.Pick(random, types));
        return content;
    }

    private static ByteArrayContent Json(string text, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var content = new ByteArrayContent(random.Next(10) == 0 ? HostileValues.Mutate(random, bytes) : bytes);
        content.Headers.TryAddWithoutValidation(
            "Content-Type", random.Next(4) > 0 ? "application/json" : HostileValues.Pick(random, ContentTypes));
        return content;
    }

    private static string Show(DescribedOperation operation, HttpRequestMessage request) =>
        $"{operation.Method} {request.RequestUri} ({operation.Path})";
}
