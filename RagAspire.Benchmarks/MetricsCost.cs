using System.Diagnostics;
using System.Net.Http.Json;
using RagAspire.TestSupport.Processes;

namespace RagAspire.Benchmarks;

/// <summary>
/// The cost of metrics: two APIs over the same stores, one with metrics that are scraped and one without, get requests in turns
/// within one run. Processor time per request is more robust than requests per second when the machine has other load.
/// </summary>
internal sealed class MetricsCost(TextWriter output)
{
    private const int Documents = 20;
    private const int Rounds = 16;
    private const int Clients = 4;
    private const int RequestsPerRound = 1500;
    private static readonly TimeSpan ScrapeInterval = TimeSpan.FromSeconds(15);

    private int _queries;

    /// <returns>The exit code.</returns>
    public async Task<int> PrintAsync(CancellationToken cancellationToken)
    {
        await using var system = await PrivateSystem.StartAsync(durable: false, cancellationToken);
        await system.StartAsync("RagAspire.Worker", [], cancellationToken);
        using var with = new Subject(await system.StartAsync("RagAspire.Api", [], cancellationToken));
        var off = KeyValuePair.Create("Metrics__Enabled", "false");
        using var without = new Subject(await system.StartAsync("RagAspire.Api", [off], cancellationToken));
        await UploadAsync(with.Client, cancellationToken);
        await MeasureAsync(with, without, cancellationToken);
        return 0;
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

        string ready;
        do
        {
            await Task.Delay(200, cancellationToken);
            ready = await client.GetStringAsync("/api/v1/documents?status=ready", cancellationToken);
        }
        while (ready.Split("\"ready\"").Length <= Documents);
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

        var samples = new List<(Sample With, Sample Without)>();
        for (var i = 0; i < Rounds; i++)
        {
            // The first of the two fills the caches of the stores, so they alternate.
            var first = await RoundAsync(i % 2 == 0 ? with : without, cancellationToken);
            var second = await RoundAsync(i % 2 == 0 ? without : with, cancellationToken);
            samples.Add(i % 2 == 0 ? (first, second) : (second, first));
        }

        await scraping.CancelAsync();
        await scrapes;
        output.WriteLine(
            $"{Rounds} rounds of {RequestsPerRound} searches each, {Clients} at once, half of them cached; medians");
        output.WriteLine($"with metrics      {Line(samples.ConvertAll(pair => pair.With))}");
        output.WriteLine($"without           {Line(samples.ConvertAll(pair => pair.Without))}");
        var processor = Share(samples, sample => sample.ProcessorMilliseconds);
        var throughput = -Share(samples, sample => sample.RequestsPerSecond);
        output.WriteLine(FormattableString.Invariant(
            $"metrics cost      {processor:0.0} % of processor time, {throughput:0.0} % of throughput"));
    }

    private async Task<Sample> RoundAsync(Subject subject, CancellationToken cancellationToken)
    {
        using var process = Process.GetProcessById(subject.ProcessId);
        var (processor, startedAt) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            for (var i = 0; i < RequestsPerRound / Clients; i++)
            {
                var fresh = i % 2 == 0 ? 0 : Interlocked.Increment(ref _queries);
                var query = $"{Word(fresh)} {Word(fresh * 7)} {fresh}";
                using var response = await subject.Client.PostAsJsonAsync("/api/v1/search", new { query }, cancellationToken);
                response.EnsureSuccessStatusCode();
                await response.Content.ReadAsByteArrayAsync(cancellationToken);
            }
        }));
        var took = Stopwatch.GetElapsedTime(startedAt);
        process.Refresh();
        return new Sample(
            (process.TotalProcessorTime - processor).TotalMilliseconds / RequestsPerRound, RequestsPerRound / took.TotalSeconds);
    }

    private static async Task ScrapeAsync(HttpClient client, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await client.GetStringAsync("/metrics", CancellationToken.None);
            await Task.Delay(ScrapeInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static string Word(int number) => $"word{number % 997}";

    private static string Line(List<Sample> samples)
    {
        var processor = Median(samples.Select(sample => sample.ProcessorMilliseconds));
        var throughput = Median(samples.Select(sample => sample.RequestsPerSecond));
        return FormattableString.Invariant($"{processor:0.000} ms of processor time per request, {throughput:0} requests/s");
    }

    private static double Share(List<(Sample With, Sample Without)> samples, Func<Sample, double> of) =>
        (Median(samples.Select(pair => of(pair.With) / of(pair.Without))) - 1) * 100;

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>One of the two APIs.</summary>
    private sealed class Subject(HostProcess api) : IDisposable
    {
        public int ProcessId => api.ProcessId;

        public HttpClient Client { get; } = PrivateSystem.ClientOf(api);

        public void Dispose() => Client.Dispose();
    }

    private sealed record Sample(double ProcessorMilliseconds, double RequestsPerSecond);
}
