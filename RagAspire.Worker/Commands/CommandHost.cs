using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Worker.Commands;

/// <summary>The services of a command: those of the worker, without its background services.</summary>
internal static class CommandHost
{
    /// <summary>The services over a migrated database.</summary>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
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

    /// <summary>The services without a connection to the database.</summary>
    /// <exception cref="CommandException">The database's connection string is missing or invalid.</exception>
    public static IHost Create()
    {
        // The settings beside the program, whatever the working directory is.
        var settings = new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory };
        var builder = Host.CreateApplicationBuilder(settings);
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter(null, LogLevel.Warning);

        // A missing Redis is reported once, by the task that needs it, and not at every attempt to connect.
        builder.Logging.AddFilter("StackExchange.Redis", LogLevel.None);
        RequireDatabase(builder.Configuration);
        builder.AddServiceDefaults();
        builder.AddRagClients();
        builder.AddBoxedModel();
        builder.AddRagCore();
        var host = builder.Build();
        host.Services.GetService<IStartupValidator>()?.Validate();
        return host;
    }

    private static void RequireDatabase(ConfigurationManager configuration)
    {
        var database = configuration.GetConnectionString("ragdb") ?? configuration["Aspire:Npgsql:ConnectionString"];
        if (string.IsNullOrEmpty(database))
        {
            throw new CommandException(
                "No database is configured: set ConnectionStrings__ragdb (Host=…;Database=…;Username=…).", ExitCodes.Usage);
        }

        try
        {
            // The parser's message may contain the password, so it is not repeated.
            if (new NpgsqlConnectionStringBuilder(database).Host is { Length: > 0 })
            {
                return;
            }
        }
        catch (ArgumentException)
        {
        }

        throw new CommandException(
            "The connection string of the database is invalid: set ConnectionStrings__ragdb (Host=…;Database=…;Username=…).",
            ExitCodes.Usage);
    }
}

/// <summary>A command failed; the message is shown as it is.</summary>
internal sealed class CommandException(string reason, int exitCode) : Exception(reason)
{
    public int ExitCode => exitCode;
}
