using System.CommandLine;

namespace RagAspire.Worker.Commands;

/// <summary>
/// The worker's command line. Without a command it runs as a service, and all arguments are configuration, such as
/// <c>--urls</c>.
/// </summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("RagAspire's worker. Without a command it runs as a service.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        root.Subcommands.Add(MaintainCommand.Create());
        root.Subcommands.Add(SyncCommand.Create());
        root.Subcommands.Add(DiagnoseCommand.Create());
        root.Subcommands.Add(MemoryCommand.Create());
        root.Subcommands.Add(CapacityCommand.Create());
        root.Subcommands.Add(UpgradeCommand.Create());
        root.Subcommands.Add(ProbeCommand());
        foreach (var command in BackupCommands.Create().Concat(TransferCommands.Create()))
        {
            root.Subcommands.Add(command);
        }

        root.SetAction(async (parsed, _) =>
        {
            // A word that is no setting is a misspelt command.
            if (parsed.UnmatchedTokens is [[not ('-' or '/'), ..] first, ..] && !first.Contains('='))
            {
                await Console.Error.WriteLineAsync($"There is no command '{first}'; --help lists them.");
                return ExitCodes.Usage;
            }

            return await WorkerService.RunAsync(args);
        });
        try
        {
            var parsed = root.Parse(args);
            var isService = parsed.CommandResult.Command == root;

            // The service's host handles signals itself.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                ProcessTerminationTimeout = isService ? null : TimeSpan.FromSeconds(30),
                EnableDefaultExceptionHandler = false,
            });
        }
        catch (CommandException ex)
        {
            await Console.Error.WriteLineAsync(ex.Message);
            return ex.ExitCode;
        }
        catch (Exception ex) when (ConfigurationErrors.Describe(ex) is { } description)
        {
            await Console.Error.WriteLineAsync(description);
            return ExitCodes.Usage;
        }
    }

    private static Command ProbeCommand()
    {
        var command = new Command(Probe.Command, "Asks the service of this container whether it lives.");
        command.SetAction((_, cancellationToken) => Probe.RunAsync(cancellationToken));
        return command;
    }
}
