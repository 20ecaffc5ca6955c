using RagAspire.AppHost;
using RagAspire.Embedded;
using RagAspire.Embedded.Processes;

if (args is [Guard.Verb, var guarded])
{
    using var deaf = new StopSignals();
    await Guard.WatchAsync(Console.In, guarded, CancellationToken.None);
    return 0;
}

if (args is ["--help" or "-h" or "-?"])
{
    Console.WriteLine(LocalOptions.Usage);
    return 0;
}

try
{
    var options = Options.Read(args);
    var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
    {
        Args = args,
        AllowUnsecuredTransport = true,
        DisableDashboard = !options.Dashboard,
        EnableResourceLogging = true,
    });
    builder.AddDashboard(options);
    var stores = await builder.ChooseModeAsync(options) == RunMode.Containers
        ? builder.AddContainerStores(options)
        : await builder.AddEmbeddedStoresAsync(options);
    builder.AddServices(options, stores);
    await using var app = builder.Build();
    await app.RunAsync();
    return 0;
}
catch (Exception ex) when (ex is EmbeddedStoreException or LocalRunException)
{
    await Console.Error.WriteLineAsync(ex.Message);
    return 1;
}
