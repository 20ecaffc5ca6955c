// The deployment on one machine without containers and without the Aspire packages; AppHost.cs is the one with both.
using RagAspire.AppHost.Local;
using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

if (args is [Guard.Verb, var guarded])
{
    // Signals to the whole group are for the one that it guards.
    using var deaf = new StopSignals();
    await Guard.WatchAsync(Console.In, guarded, CancellationToken.None);
    return 0;
}

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(LocalOptions.Usage);
    return 0;
}

using var signals = new StopSignals();
try
{
    var options = LocalOptions.Parse(
        args, Environment.GetEnvironmentVariable, Path.Combine(Programs.Repository, ".ragaspire"));
    await new LocalSystem(options, ConsoleOutput.Standard(), TimeProvider.System).RunAsync(signals);
    return 0;
}
catch (Exception ex) when (ex is LocalRunException or EmbeddedStoreException or UnauthorizedAccessException or IOException)
{
    Console.Error.WriteLine(ex.Message);
    return 1;
}
catch (OperationCanceledException) when (signals.Stop.IsCancellationRequested)
{
    // Stopped while it was still starting.
    return 0;
}
