using Microsoft.Extensions.DependencyInjection;
using RagAspire.AppHost;
using RagAspire.AppHost.Lifecycle;
using RagAspire.AppHost.Publishing;
using RagAspire.Embedded;

SignalDefaults.Restore();
if (args is [ProcessGuard.Verb, var guarded])
{
    await ProcessGuard.RunAsync(Console.In, guarded, CancellationToken.None);
    return 0;
}

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(AppHostOptions.Usage);
    return 0;
}

try
{
    var options = AppHostOptions.Parse(args, Environment.GetEnvironmentVariable, Path.Combine(Programs.Repository, ".ragaspire"));
    var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
    {
        Args = args,
        AllowUnsecuredTransport = true,
        DisableDashboard = !options.Dashboard,
    });
    var runs = builder.ExecutionContext.IsRunMode;
    using var directory = runs ? DirectoryLock.Take(Path.Combine(options.DataDirectory, "apphost.lock")) : null;
    if (runs)
    {
        await ProcessGuard.EndLeftoversAsync(options.DataDirectory, CancellationToken.None);
        Ports.Check(options);
        builder.AddDashboard(options);
        builder.AddLifecycle(options);
    }

    var chosen = await builder.ChooseModeAsync(options);
    var stores = chosen.Mode == RunMode.Embedded ? await builder.AddEmbeddedModeAsync(options)
        : !runs && builder.ChosenTarget() == DeploymentTarget.Azure ? builder.AddManagedStores(options)
        : builder.AddContainerStores(options);
    builder.AddServices(options, stores);
    builder.AddDeploymentTarget();
    if (runs)
    {
        builder.AddStartUpMessages(chosen, options, stores);
    }

    await using var app = builder.Build();
    await app.RunAsync();
    return app.Services.GetService<AppHostFailure>()?.ExitCode ?? 0;
}
catch (Exception ex) when (ex is EmbeddedStoreException or AppHostException)
{
    await Console.Error.WriteLineAsync(ex.Message);
    return 1;
}
