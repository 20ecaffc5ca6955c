using System.Diagnostics;

namespace RagAspire.Tests.Monitoring;

/// <summary>Tools of Prometheus and Alertmanager, where they are installed.</summary>
internal static class PrometheusTool
{
    /// <summary>Runs a tool in the repository; the test is skipped where the tool is not installed.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(string tool, params IReadOnlyList<string> arguments)
    {
        var (exitCode, output) = await TryRunAsync(tool, arguments);
        Assert.True(exitCode == 0, output);
        return output;
    }

    public static async Task<(int ExitCode, string Output)> TryRunAsync(string tool, params IReadOnlyList<string> arguments)
    {
        var file = Find(tool);
        Assert.SkipWhen(file is null, $"{tool} is not installed (Debian: apt install prometheus prometheus-alertmanager).");
        var start = new ProcessStartInfo(file!, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = BuildOutput.RepositoryRoot,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }

    public static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, OperatingSystem.IsWindows() ? $"{tool}.exe" : tool))
        .FirstOrDefault(File.Exists);
}
