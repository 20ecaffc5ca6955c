using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace RagAspire.Maintenance.Tasks.CleanUp;

/// <summary>Stopped containers and unused volumes, only where a setting asks for it and only those that its filter names.</summary>
public sealed class UnusedContainers(IOptions<CleanUpOptions> options)
{
    private static readonly string[] Runtimes = ["docker", "podman"];

    public async Task CleanAsync(ReportBuilder tally, bool dryRun, CancellationToken cancellationToken)
    {
        foreach (var (kind, wanted) in new[] { ("container", options.Value.UnusedContainers), ("volume", options.Value.UnusedVolumes) })
        {
            if (!wanted)
            {
                continue;
            }

            if (dryRun)
            {
                tally.Note($"Unused {kind}s with {options.Value.ContainerFilter} would be removed.");
                continue;
            }

            var (runtime, code, output) = await RunAsync([kind, "prune", "--force", "--filter", options.Value.ContainerFilter], cancellationToken);
            var removed = output.Split('\n').Count(line => line.Length >= 12 && !line.Contains(' ', StringComparison.Ordinal));
            tally.Examined += removed;
            if (code == 0)
            {
                tally.Changed += removed;
                tally.Note($"{runtime}: {removed} unused {kind}s removed.");
            }
            else
            {
                tally.Fail($"{runtime} {kind} prune: {output.Trim()}");
            }
        }
    }

    private static async Task<(string Runtime, int Code, string Output)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        foreach (var runtime in Runtimes)
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(runtime, arguments)
                {
                    RedirectStandardOutput = true, RedirectStandardError = true,
                })!;
                var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
                await process.WaitForExitAsync(cancellationToken);
                return (runtime, process.ExitCode, process.ExitCode == 0 ? await output : await error);
            }
            catch (Win32Exception)
            {
                // Not installed; the next one may be.
            }
        }

        return ("container runtime", -1, "neither docker nor podman is installed");
    }
}
