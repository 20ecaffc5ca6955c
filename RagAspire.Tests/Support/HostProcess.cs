using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using RagAspire.Embedded;

namespace RagAspire.Tests.Support;

/// <summary>One of the product's real processes, from its own build output.</summary>
public sealed class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _project;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    public HostProcess(string project, IReadOnlyDictionary<string, string> environment)
    {
        _project = project;
        _environment = environment;
        Address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
    }

    public Uri Address { get; }

    public int ProcessId => _process!.Id;

    /// <summary>All that it has written, for assertions and for the message of a failing test.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Starts it and waits until it answers, ready or not.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(BuildOutput.Of(_project));
        info.Environment["ASPNETCORE_URLS"] = Address.ToString();
        info.Environment["DOTNET_gcServer"] = "0";
        foreach (var (name, value) in _environment)
        {
            info.Environment[name] = value;
        }

        _process = Process.Start(info)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.TrueAsync(
            async () =>
            {
                Assert.False(_process.HasExited, $"{_project} ended:\n{Output}");
                using var response = await client.GetAsync("/alive", cancellationToken);
                return response.StatusCode == HttpStatusCode.OK;
            },
            Patience,
            () => $"{_project} does not answer:\n{Output}",
            cancellationToken);
    }

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _output.Enqueue(line);
        }
    }
}
