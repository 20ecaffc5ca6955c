using System.Collections.Concurrent;
using System.Diagnostics;

namespace RagAspire.TestSupport;

/// <summary>A program that runs beside a test or benchmark; its output is kept for the message of a failure.</summary>
internal sealed class BackgroundProgram : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private BackgroundProgram(Process process) => _process = process;

    public int ProcessId => _process.Id;

    public string Output => string.Join('\n', _lines);

    public static BackgroundProgram Start(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string>> environment, string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory ?? "",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var running = new BackgroundProgram(Process.Start(start)!);
        running._process.OutputDataReceived += (_, line) => running.Keep(line.Data);
        running._process.ErrorDataReceived += (_, line) => running.Keep(line.Data);
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    /// <summary>Waits until the address answers with success.</summary>
    /// <exception cref="InvalidOperationException">It does not within a minute, or the program has ended; with the output.</exception>
    public async Task WaitUntilReadyAsync(Uri address, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = RequestTimeout };
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(client, address, cancellationToken))
        {
            if (_process.HasExited || waited.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new InvalidOperationException($"{_process.StartInfo.FileName} does not answer at {address}:\n{Output}");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient client, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(address, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception ex) when (ex is HttpRequestException || (ex is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }
}
