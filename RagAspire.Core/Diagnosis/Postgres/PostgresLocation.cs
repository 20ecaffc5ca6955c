using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>
/// Where the database is: its connection string, and the cluster's files where they are the product's and on this machine.
/// </summary>
public sealed class PostgresLocation(IConfiguration configuration, IOptions<PostgresDiagnosisOptions> options)
{
    private const string Settings = "ragaspire.conf";

    /// <summary>The connection string of a diagnosis: without a pool, so that an exhausted one does not matter.</summary>
    public NpgsqlConnectionStringBuilder Connection { get; } = Unpooled(
        configuration.GetConnectionString("ragdb") ?? configuration["Aspire:Npgsql:ConnectionString"], options.Value.Timeout);

    /// <summary>The host, or the first of several.</summary>
    public string Host => Connection.Hosts()[0].Name;

    public int Port => Connection.Hosts()[0].Port;

    /// <summary>Every host with its port.</summary>
    public string Address => string.Join(", ", Connection.Hosts().Select(host => $"{host.Name}:{host.Port}"));

    /// <summary>The names of the hosts.</summary>
    public string Names => string.Join(',', Connection.Hosts().Select(host => host.Name));

    public string Database => Connection.Database ?? Connection.Username ?? "";

    public bool IsLocal => Host is var host
        && (host.StartsWith('/') || host is "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));

    /// <summary>The data directory that is configured; null where the host has none.</summary>
    public string? DataDirectory => configuration["RAGASPIRE_DATA"] is { Length: > 0 } data ? Path.GetFullPath(data) : null;

    /// <summary>The directory of the product's own cluster; null where the server is another one.</summary>
    public string? Cluster => Candidate is { } directory && OwnPort(directory) == Port ? directory : null;

    /// <summary>There is a data directory for a cluster on this machine, and nothing in it yet.</summary>
    public bool HasNoCluster => IsLocal && DataDirectory is not null && Candidate is null;

    /// <summary>The way to see a failure again by hand, without the password.</summary>
    public Evidence Evidence(PostgresFailure failure) =>
        new($"{Psql} -U {Connection.Username} -d {Database} -c 'select 1'", failure.Reason);

    private string Psql =>
        $"{(Connection.HasStandby() ? "PGTARGETSESSIONATTRS=read-write " : "")}psql -h {Names} "
        + $"-p {string.Join(',', Connection.Hosts().Select(host => host.Port))}";

    private string? Candidate
    {
        get
        {
            var directory = DataDirectory is { } data && IsLocal ? Path.Combine(data, "postgres") : null;
            return Directory.Exists(directory) ? directory : null;
        }
    }

    private static NpgsqlConnectionStringBuilder Unpooled(string? connectionString, TimeSpan timeout)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            Enlist = false,
            ApplicationName = "ragaspire-diagnosis",
            CommandTimeout = Seconds(timeout) + 1,
            CancellationTimeout = 500,
            KeepAlive = 0,

            // A diagnosis asks each host anew whether it is the primary.
            HostRecheckSeconds = 0,
        };

        // A silent host leaves time for the next.
        connection.Timeout = Seconds(timeout / connection.Hosts().Count);
        return connection.ToPrimary();
    }

    private static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));

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
