using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using RagAspire.TestSupport.Fuzzing;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>fuzz</c>: requests that are nearly right to every call of the API, and files that are nearly right to every reader, for
/// some minutes. What does not end as it should is printed with the seed and the number that make the same again.
/// </summary>
internal sealed class FuzzRun(TextWriter output)
{
    private const string Usage = "Usage: fuzz [--minutes <number>] [--seed <number>] [--files <folder with more files to change>]";
    private const int RequestsAtOnce = 8;
    private const int MostFailures = 50;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private long _requests;
    private long _files;
    private int _failures;

    /// <returns>The exit code: 1 when something did not end as it should.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--minutes", "--seed", "--files");
        var (minutes, seed) = (read?.Number("--minutes", 1) ?? double.NaN, (int)(read?.Number("--seed", 1) ?? 0));
        if (!(minutes > 0) || (read?.Text("--files") is { } folder && !Directory.Exists(folder)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var system = await PrivateSystem.StartAsync(durable: false, cancellationToken);
        await system.StartAsync("RagAspire.Worker", [], cancellationToken);
        var settings = new Dictionary<string, string> { ["Limits__EventStreamsPerKey"] = "1000" };
        using var api = PrivateSystem.ClientOf(await system.StartAsync("RagAspire.Api", settings, cancellationToken));
        var document = JsonNode.Parse(await api.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative), cancellationToken))!;
        var requests = new RequestFuzzer(api, document, SmallFiles.All);
        await using var files = new FileFuzzer(new FileMutator(SmallFiles.WithSamples(read!.Text("--files"))));
        _watch.Restart();
        var until = TimeSpan.FromMinutes(minutes);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = ProgressAsync(over.Token);
        await Task.WhenAll(
        [
            .. Enumerable.Range(0, RequestsAtOnce).Select(_ => RepeatAsync(
                until, () => requests.SendAsync(seed, Interlocked.Increment(ref _requests), cancellationToken), seed)),
            RepeatAsync(until, () => files.SendAsync(seed, Interlocked.Increment(ref _files), cancellationToken), seed),
        ]);
        await over.CancelAsync();
        await progress;
        output.WriteLine($"seed {seed}: {Progress()}; files: {files}");
        return _failures > 0 ? 1 : 0;
    }

    private async Task RepeatAsync(TimeSpan until, Func<Task<FuzzFailure?>> send, int seed)
    {
        while (_watch.Elapsed < until && _failures < MostFailures)
        {
            if (await send() is { } failure)
            {
                Interlocked.Increment(ref _failures);
                output.WriteLine($"seed {seed}, {failure}");
            }
        }
    }

    private async Task ProgressAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(ProgressInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.WriteLine(Progress());
        }
    }

    private string Progress() => string.Create(
        CultureInfo.InvariantCulture,
        $"{_watch.Elapsed.TotalSeconds:0} s: {_requests} requests, {_files} files, {_failures} failures");
}
