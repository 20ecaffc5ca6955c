using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace RagAspire.Benchmarks.Load;

/// <summary>
/// <c>healthy</c>: puts a running system under a mixed load and has it diagnosed many times. Nothing is wrong with it, so each
/// finding is a false alarm, or says that the load is more than the machine can carry.
/// </summary>
internal sealed class HealthyRun(TextWriter output)
{
    private const string Usage =
        "Usage: healthy --key <API key with all scopes> [--address <URL of the API>] [--runs <number>] [--searches <per second>] "
        + "[--uploads <per second>]";

    private const string Collection = "healthy-run";
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<string, int> _findings = [];
    private long _sent;
    private long _failed;

    /// <returns>The exit code: 1 when there was a finding.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--key", "--address", "--runs", "--searches", "--uploads");
        var runs = read?.Number("--runs", 100) ?? double.NaN;
        var (searches, uploads) = (read?.Number("--searches", 16) ?? double.NaN, read?.Number("--uploads", 1) ?? double.NaN);
        if (read?.Text("--key") is not { } key || !(runs >= 1) || !(searches > 0) || !(uploads > 0)
            || !Uri.TryCreate(read.Text("--address") ?? "http://localhost:8000", UriKind.Absolute, out var address))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        using var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var text = new SyntheticText(seed: 1);
        Task[] load =
        [
            RepeatAsync(searches, () => client.PostAsJsonAsync("/api/v1/search", new { query = Ask(text), collection = Collection }), over.Token),
            RepeatAsync(searches / 8, () => client.PostAsJsonAsync("/api/v1/answers", new { question = Ask(text), collection = Collection }), over.Token),
            RepeatAsync(searches / 8, () => client.GetAsync(new Uri($"/api/v1/documents?collection={Collection}", UriKind.Relative)), over.Token),
            RepeatAsync(uploads, () => UploadAsync(client, text), over.Token),
        ];
        await Task.Delay(WarmUp, cancellationToken);
        for (var run = 1; run <= runs; run++)
        {
            await DiagnoseAsync(client, run, cancellationToken);
            await Task.Delay(Pause, cancellationToken);
        }

        await over.CancelAsync();
        await Task.WhenAll(load);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{runs} diagnoses under {_sent} requests, {_failed} of them refused: {_findings.Count} kinds of findings"));
        foreach (var (finding, count) in _findings.OrderByDescending(finding => finding.Value))
        {
            output.WriteLine($"  {count,4} × {finding}");
        }

        return _findings.Count == 0 ? 0 : 1;
    }

    private async Task DiagnoseAsync(HttpClient client, int run, CancellationToken cancellationToken)
    {
        var report = await client.GetFromJsonAsync<JsonObject>("/api/v1/operations/diagnostics", cancellationToken);
        foreach (var finding in report!["findings"]!.AsArray())
        {
            var name = $"{finding!["code"]} {finding["title"]}";
            _findings[name] = _findings.GetValueOrDefault(name) + 1;
            output.WriteLine($"{run}: {name}: {finding["symptom"]}");
        }
    }

    private async Task RepeatAsync(double perSecond, Func<Task<HttpResponseMessage>> send, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond));
        try
        {
            while (await timer.WaitForNextTickAsync(over))
            {
                using var response = await send();
                Interlocked.Increment(ref _sent);
                Interlocked.Add(ref _failed, response.IsSuccessStatusCode ? 0 : 1);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    private static async Task<HttpResponseMessage> UploadAsync(HttpClient client, SyntheticText text)
    {
        string document;
        lock (text)
        {
            document = text.Document(words: 200);
        }

        using var form = new MultipartFormDataContent
        {
            { new StringContent(Collection), "collection" },
            { new ByteArrayContent(Encoding.UTF8.GetBytes(document)), "file", "synthetic.txt" },
        };
        return await client.PostAsync(new Uri("/api/v1/documents", UriKind.Relative), form);
    }

    private static string Ask(SyntheticText text)
    {
        lock (text)
        {
            return text.Question();
        }
    }
}
