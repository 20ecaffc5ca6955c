using Microsoft.Extensions.Options;
using Npgsql;
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
    /// <exception cref="CommandException">The configuration does not say which database is meant.</exception>
    public static IHost Create()
    {
        // Settings are those beside the program, wherever the command is called.
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(null, LogLevel.Warning);

        // Redis that is not there is said once, by the task that needs it, and not by every try to connect.
        builder.Logging.AddFilter("StackExchange.Redis", LogLevel.None);
        RequireDatabase(builder.Configuration);
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddRagCore();
        var host = builder.Build();
        host.Services.GetService<IStartupValidator>()?.Validate();
        return host;
    }

    private static void RequireDatabase(ConfigurationManager configuration)
    {
        if ((configuration.GetConnectionString("ragdb") ?? configuration["Aspire:Npgsql:ConnectionString"]) is not { Length: > 0 } database)
        {
            throw new CommandException("Which database is meant? Set ConnectionStrings__ragdb (Host=…;Database=…;Username=…).", ExitCodes.Usage);
        }

        try
        {
            // The message of what cannot be read may hold a password, so it is not repeated.
            if (new NpgsqlConnectionStringBuilder(database).Host is { Length: > 0 })
            {
                return;
            }
        }
        catch (ArgumentException)
        {
        }

        throw new CommandException(
            "The database's connection string cannot be used: ConnectionStrings__ragdb has to be like Host=…;Database=…;Username=….", ExitCodes.Usage);
    }
}

/// <summary>A command cannot be carried out; the reason is shown as it is.</summary>
internal sealed class CommandException(string reason, int exitCode) : Exception(reason)
{
    public int ExitCode => exitCode;
}
