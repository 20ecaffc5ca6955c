using System.Diagnostics;
using System.Globalization;
using RagAspire.TestSupport.Ollama;
using RagAspire.TestSupport.Users;
using RagAspire.TestSupport.Walks;

namespace RagAspire.Benchmarks;

/// <summary>
/// <c>walk</c>: random calls of two groups' keys and users, which read and write by every protocol. A call that shows or
/// changes a document of the other group ends it, and is printed with the seed that makes the same calls again.
/// </summary>
internal sealed class WalkRun(TextWriter output)
{
    private const string Collection = "walk";
    private const string Usage = "Usage: walk [--calls <number>] [--seed <number>]";

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <returns>The exit code: 1 when a call showed or changed too much.</returns>
    public async Task<int> PrintAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var read = Arguments.Read(arguments, "--calls", "--seed");
        var (calls, seed) = ((int)(read?.Number("--calls", 10_000) ?? 0), (int)(read?.Number("--seed", 1) ?? 0));
        if (calls <= 0)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }

        await using var model = await OllamaStub.StartAsync();
        model.Answer = prompt => $"It is this: {prompt}";
        await using var issuer = await IssuerStub.StartAsync();
        var settings = new Dictionary<string, string>(GroupWalk.Settings(issuer, Collection))
        {
            ["ConnectionStrings__chat"] = model.ConnectionString(model.ChatModel),
            ["ConnectionStrings__embeddings"] = model.ConnectionString(model.EmbeddingModel),
            ["Sessions__PerSecondAndKey"] = "100000",
        };
        await using var system = await PrivateSystem.StartAsync(durable: false, cancellationToken);
        await system.StartAsync("RagAspire.Worker", settings, cancellationToken);
        using var admin = PrivateSystem.ClientOf(await system.StartAsync("RagAspire.Api", settings, cancellationToken));
        return await WalkAsync(new GroupWalk(admin, issuer, Collection, seed), calls, cancellationToken);
    }

    private async Task<int> WalkAsync(GroupWalk walk, int calls, CancellationToken cancellationToken)
    {
        _watch.Restart();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = ProgressAsync(walk, over.Token);
        var report = await walk.RunAsync(calls, cancellationToken);
        await over.CancelAsync();
        await progress;
        output.WriteLine(
            $"{Progress(walk)}: {report.Shown} showed a document, {report.Refused} were refused, {report.Written} wrote, "
            + $"{report.Cut} broke off. "
            + (report.Failure ?? "None showed or changed a document of the other group."));
        return report.Failure is null ? 0 : 1;
    }

    private async Task ProgressAsync(GroupWalk walk, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(ProgressInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            output.WriteLine(Progress(walk));
        }
    }

    private string Progress(GroupWalk walk) =>
        string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds:0} s, {walk.Calls} calls");
}
