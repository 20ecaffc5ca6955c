using Npgsql;

namespace RagAspire.AppHost.Monitoring;

/// <summary>Environment variables with which an exporter finds the store that it watches.</summary>
public static class ExporterEnvironment
{
    /// <summary>The variables of the PostgreSQL exporter.</summary>
    /// <param name="connectionString">In the form of Npgsql.</param>
    public static Dictionary<string, string> Postgres(string connectionString)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);

        // The exporter watches one server: of several the first.
        var host = (server.Host ?? "127.0.0.1").Split(',', StringSplitOptions.TrimEntries)[0];
        var address = host.Contains(':', StringComparison.Ordinal) ? host : $"{host}:{server.Port}";

        // The driver of the exporter has no mode that tries TLS first, as Npgsql's default does.
        var encryption = server.SslMode is SslMode.Disable or SslMode.Allow or SslMode.Prefer ? "disable" : "require";
        var login = $"{Uri.EscapeDataString(server.Username ?? "")}:{Uri.EscapeDataString(server.Password ?? "")}";
        var database = Uri.EscapeDataString(server.Database ?? "");
        return new()
        {
            ["DATA_SOURCE_NAME"] =
                $"postgresql://{login}@{address}/{database}?sslmode={encryption}",
        };
    }

    /// <summary>The variables of the Redis exporter.</summary>
    /// <param name="connectionString">In the form of StackExchange.Redis.</param>
    public static Dictionary<string, string> Redis(string connectionString)
    {
        var parts = connectionString.Split(',', StringSplitOptions.TrimEntries);
        var settings = parts.Skip(1).Select(part => part.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);
        var scheme = bool.TryParse(settings.GetValueOrDefault("ssl"), out var encrypted) && encrypted ? "rediss" : "redis";
        return new()
        {
            ["REDIS_ADDR"] = $"{scheme}://{parts[0]}",
            ["REDIS_PASSWORD"] = settings.GetValueOrDefault("password") ?? "",
        };
    }
}
