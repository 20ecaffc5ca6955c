using System.Diagnostics;

namespace RagAspire.Embedded.Processes;

/// <summary>All children together: started in the order in which they were added, stopped in the opposite one.</summary>
public sealed class Supervisor(ProcessLedger ledger, ConsoleOutput output, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(200);
    private readonly List<ChildProcess> _children = [];

    public IReadOnlyList<ChildProcess> Children => _children;

    /// <exception cref="EmbeddedStoreException">The program cannot be started at all.</exception>
    public ChildProcess Start(ChildSpec spec)
    {
        var child = new ChildProcess(spec, ledger, output, time);
        child.Start();
        _children.Add(child);
        return child;
    }

    /// <summary>Waits until the child answers. It may crash and start again meanwhile.</summary>
    /// <returns>Null, or what it answered last when the time was over.</returns>
    public async Task<string?> WaitUntilReadyAsync(ChildSpec spec, TimeSpan patience, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var refusal = await AskAsync(client, spec.ReadyUrl!, cancellationToken);
            if (refusal is null || waited.Elapsed > patience)
            {
                return refusal;
            }

            await Task.Delay(Between, time, cancellationToken);
        }
    }

    /// <param name="hurry">Cancelled when nobody wants to wait any longer.</param>
    public async Task StopAsync(CancellationToken hurry)
    {
        foreach (var child in _children.AsEnumerable().Reverse())
        {
            await child.StopAsync(hurry);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children.AsEnumerable().Reverse())
        {
            await child.DisposeAsync();
        }
    }

    private static async Task<string?> AskAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(url, cancellationToken);
            return answer.IsSuccessStatusCode
                ? null
                : $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (HttpRequestException ex)
        {
            return ex.Message;
        }
        catch (TaskCanceledException ex) when (!cancellationToken.IsCancellationRequested)
        {
            return ex.Message;
        }
    }
}
