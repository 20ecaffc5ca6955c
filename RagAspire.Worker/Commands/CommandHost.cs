using Microsoft.Extensions.Options;
using RagAspire.Database;

namespace RagAspire.Worker.Commands;

/// <summary>The services of a command: those of the worker, without its background work. The schema is up to date.</summary>
internal static class CommandHost
{
    /// <exception cref="Npgsql.NpgsqlException">The database cannot be reached.</exception>
    public static async Task<IHost> CreateAsync(CancellationToken cancellationToken)
    {
        var host = Create();
        try
        {
            await host.Services.GetRequiredService<Migrator>().MigrateAsync(cancellationToken);
            await host.Services.GetRequiredService<DatabaseStartup>().StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>The same without asking the database.</summary>
    public static IHost Create()
    {
        // Settings are those beside the program, wherever the command is called.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(null, LogLevel.Warning);
        builder.AddServiceDefaults();
        builder.AddRagCore();
        var host = builder.Build();
        host.Services.GetService<IStartupValidator>()?.Validate();
        return host;
    }
}
