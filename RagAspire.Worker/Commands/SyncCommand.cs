using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Options;
using RagAspire.Database;
using RagAspire.Sync;

namespace RagAspire.Worker.Commands;

/// <summary><c>sync [source] [--dry-run]</c>: runs one source in this process, or lists the sources.</summary>
internal static class SyncCommand
{
    public static Command Create()
    {
        var source = new Argument<string?>("source")
        {
            Description = "The source's name; without one the sources are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing and report what would be changed." };
        var command = new Command("sync", "Brings the documents in step with a source now, and shows the report.") { source, dryRun };
        command.SetAction((parsed, cancellationToken) => parsed.GetValue(source) is { } name
            ? MaintainCommand.RunAsync("source-sync", parsed.GetValue(dryRun), cancellationToken, name)
            : ListAsync(cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var host = await CommandHost.CreateAsync(cancellationToken);
            var states = await host.Services.GetRequiredService<SourceStore>().StatesAsync(cancellationToken);
            var sources = host.Services.GetRequiredService<IOptions<SyncOptions>>().Value.Sources;
            foreach (var (name, source) in sources.OrderBy(source => source.Key, StringComparer.Ordinal))
            {
                Console.WriteLine($"{name,-22} {source.Location}: {Describe(states.GetValueOrDefault(name))}");
            }

            return ExitCodes.Success;
        }
        catch (Exception ex) when (Unavailability.IsUnavailable(ex))
        {
            await Console.Error.WriteLineAsync($"The database cannot be reached: {ex.Message}");
            return ExitCodes.Unreachable;
        }
    }

    private static string Describe(SourceState? state) => state switch
    {
        { IsFailing: true } => $"failing. {state.Error}",
        { LastSuccessAt: { } at } => string.Create(CultureInfo.InvariantCulture, $"{state.Files} files, in step at {at:u}"),
        _ => "not run yet",
    };
}
