using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;

namespace RagAspire.AppHost;

/// <summary>
/// Finds out whether containers can run here. An installed runtime that does not answer in time counts as absent.
/// </summary>
internal static class ContainerRuntime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Asks the runtime that Aspire was told to use, or all that it knows.</summary>
    public static async Task<bool> AnswersAsync(IConfiguration configuration)
    {
        string[] runtimes = configuration["ASPIRE_CONTAINER_RUNTIME"] is { Length: > 0 } chosen ? [chosen] : ["docker", "podman"];
        var answers = await Task.WhenAll(runtimes.Select(AnswersAsync));
        return answers.Contains(true);
    }

    private static async Task<bool> AnswersAsync(string runtime)
    {
        var command = new ProcessStartInfo(runtime, ["info"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var patience = new CancellationTokenSource(Patience);
        using var process = new Process { StartInfo = command };
        try
        {
            process.Start();
        }
        catch (Win32Exception)
        {
            return false;
        }

        try
        {
            process.StandardInput.Close();
            await Task.WhenAll(
                process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, patience.Token),
                process.StandardError.BaseStream.CopyToAsync(Stream.Null, patience.Token));
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return false;
        }
    }
}
