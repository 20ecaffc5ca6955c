using Microsoft.Extensions.Hosting;

namespace RagAspire.AppHost.Lifecycle;

/// <summary>Ends the running AppHost because it cannot do its work: with one sentence, and exit code 1.</summary>
internal sealed class AppHostFailure(IHostApplicationLifetime lifetime)
{
    private string? _reason;

    public int ExitCode => _reason is null ? 0 : 1;

    /// <summary>Prints the reason and stops the AppHost. Only the first reason counts; others are its consequences.</summary>
    public void Report(string reason)
    {
        if (!lifetime.ApplicationStopping.IsCancellationRequested
            && Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            Console.Error.WriteLine(reason);
            lifetime.StopApplication();
        }
    }
}
