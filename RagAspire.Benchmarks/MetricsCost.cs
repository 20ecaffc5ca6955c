using System.Diagnostics;
using System.Net.Http.Json;

namespace RagAspire.Benchmarks;

/// <summary>
/// What measuring costs: two APIs over the same stores, one with metrics, which is scraped, and one without, are asked in
/// turns within one run. Processor time for a request tells more than requests in a second where others use the machine too.
/// </summary>
internal sealed class MetricsCost(TextWriter output)
{
    private const int Documents = 20;
    private const int Rounds = 16;
    private const int Clients = 4;
    private const int RequestsOfARound = 1500;
    private static readonly TimeSpan ScrapeEvery = TimeSpan.FromSeconds(15);

    private int _asked;

    public async Task PrintAsync(CancellationToken cancellationToken)
    {
        await using var system = await PrivateSystem.StartAsync(durable: false, cancellationToken);
        var worker = await system.StartAsync("RagAspire.Worker", [], cancellationToken);
        worker.Client.Dispose();
        var with = await system.StartAsync("RagAspire.Api", [], cancellationToken);
        var without = await system.StartAsync("RagAspire.Api", [KeyValuePair.Create("Metrics__Enabled", "false")], cancellationToken);
        await UploadAsync(with.Client, cancellationToken);
        await MeasureAsync(with, without, cancellationToken);
    }

    private static async Task UploadAsync(HttpClient client, CancellationToken cancellationToken)
    {
        for (var document = 0; document < Documents; document++)
        {
            var text = string.Join(' ', Enumerable.Range(0, 2000).Select(place => Word((document * 31) + (place * place))));
            using var form = new MultipartFormDataContent { { new StringContent(text), "file", "text.txt" } };
            using var response = await client.PostAsync("/api/v1/documents", form, cancellationToken);
            response.EnsureSuccessStatusCode();
        }

        while ((await client.GetStringAsync("/api/v1/documents?status=ready", cancellationToken)).Split("\"ready\"").Length <= Documents)
        {
            await Task.Delay(200, cancellationToken);
        }
    }

    private async Task MeasureAsync(Subject with, Subject without, CancellationToken cancellationToken)
    {
        using var scraping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var scrapes = ScrapeAsync(with.Client, scraping.Token);
        for (var i = 0; i < 2; i++)
        {
            await RoundAsync(with, cancellationToken);
            await RoundAsync(without, cancellationToken);
        }

        var figures = new List<(Figure With, Figure Without)>();
        for (var i = 0; i < Rounds; i++)
        {
            // Who goes first has the caches of the stores still to fill.
            var first = await RoundAsync(i % 2 == 0 ? with : without, cancellationToken);
            var second = await RoundAsync(i % 2 == 0 ? without : with, cancellationToken);
            figures.Add(i % 2 == 0 ? (first, second) : (second, first));
        }

        await scraping.CancelAsync();
        await scrapes;
        output.WriteLine(FormattableString.Invariant($"{Rounds} rounds of {RequestsOfARound} searches each, {Clients} at once, half of them cached; medians"));
        output.WriteLine($"with metrics      {Line(figures.ConvertAll(pair => pair.With))}");
        output.WriteLine($"without           {Line(figures.ConvertAll(pair => pair.Without))}");
        output.WriteLine(FormattableString.Invariant(
            $"metrics cost      {Share(figures, figure => figure.ProcessorMilliseconds):0.0} % of processor time, {-Share(figures, figure => figure.RequestsPerSecond):0.0} % of throughput"));
    }

    private async Task<Figure> RoundAsync(Subject subject, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(subject.ProcessId);
        var (processor, startedAt) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (var i = 0; i < RequestsOfARound / Clients; i++)
            {
                var fresh = i % 2 == 0 ? 0 : Interlocked.Increment(ref _asked);
                var query = $"{Word(fresh)} {Word(fresh * 7)} {fresh}";
                using var response = await subject.Client.PostAsJsonAsync("/api/v1/search", new { query }, cancellationToken);
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync(cancellationToken);
            }
        }));
        var took = Stopwatch.GetElapsedTime(startedAt);
        process.Refresh();
        return new Figure(
            (process.TotalProcessorTime - processor).TotalMilliseconds / RequestsOfARound, RequestsOfARound / took.TotalSeconds);
    }

    private static async Task ScrapeAsync(HttpClient client, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await client.GetStringAsync("/metrics", CancellationToken.None);
            await Task.Delay(ScrapeEvery, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Word(int number) => $"word{number % 997}";

    private static string Line(List<Figure> figures) => FormattableString.Invariant(
        $"{Median(figures.Select(figure => figure.ProcessorMilliseconds)):0.000} ms of processor time for a request, {Median(figures.Select(figure => figure.RequestsPerSecond)):0} requests/s");

    private static double Share(List<(Figure With, Figure Without)> figures, Func<Figure, double> of) =>
        (Median(figures.Select(pair => of(pair.With) / of(pair.Without))) - 1) * 100;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private sealed record Figure(double ProcessorMilliseconds, double RequestsPerSecond);
}
