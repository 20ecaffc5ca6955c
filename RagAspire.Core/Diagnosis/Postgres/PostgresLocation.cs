using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>
/// Where the database is: its connection string, and the cluster's files where they are the product's and on this machine.
/// </summary>
public sealed class PostgresLocation(IConfiguration configuration, IOptions<PostgresDiagnosisOptions> options)
{
    private const string Settings = "ragaspire.conf";

    /// <summary>The connection string of a diagnosis: without a pool, so that an exhausted one does not matter.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; } = new(
        configuration.GetConnectionString("ragdb") ?? configuration["Aspire:Npgsql:ConnectionString"])
    {
        Pooling = false,
        Enlist = false,
        ApplicationName = "ragaspire-diagnosis",
        Timeout = Math.Max(1, (int)Math.Ceiling(options.Value.Timeout.TotalSeconds)),
        CommandTimeout = Math.Max(1, (int)Math.Ceiling(options.Value.Timeout.TotalSeconds)) + 1,
        CancellationTimeout = 500,
        KeepAlive = 0,
    };

    public string Host => Connection.Host ?? "";

    public int Port => Connection.Port;

    public string Database => Connection.Database ?? Connection.Username ?? "";

    public bool IsLocal => Host.Split(',')[0] is var host
        && (host.StartsWith('/') || host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>The data directory that is configured; null where the host has none.</summary>
    public string? DataDirectory => configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? Path.GetFullPath(data) : null;

    /// <summary>The directory of the product's own cluster; null where the server is another one.</summary>
    public string? Cluster => Candidate is { } directory && OwnPort(directory) == Port ? directory : null;

    /// <summary>There is a data directory for a cluster on this machine, and nothing in it yet.</summary>
    public bool HasNoCluster => IsLocal && DataDirectory is not null && Candidate is null;

    /// <summary>The way to see a failure again by hand, without the password.</summary>
    public Evidence Evidence(PostgresFailure failure) =>
        new($"psql -h {Host} -p {Port} -U {Connection.Username} -d {Database} -c 'select 1'", failure.Reason);

    private string? Candidate
    {
        get
        {
            var directory = DataDirectory is { } data && IsLocal ? Path.Combine(data, "postgres") : null;
            return Directory.Exists(directory) ? directory : null;
        }
    }

    /// <summary>The port in the settings that the product writes at each start of its server.</summary>
    private static int? OwnPort(string cluster)
    {
        try
        {
            var line = File.ReadLines(Path.Combine(cluster, Settings))
                .FirstOrDefault(line => line.StartsWith("port = ", StringComparison.Ordinal));
            return int.TryParse(line?["port = ".Length..], CultureInfo.InvariantCulture, out var port) ? port : null;
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
