using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RagAspire.Diagnosis.Postgres;

namespace RagAspire.Diagnosis.Operations;

/// <summary>Finds dangerous and contradictory configuration. What is usual in development is only reported elsewhere.</summary>
public sealed class ConfigurationProbe(
    IConfiguration configuration, IHostEnvironment environment, PostgresLocation location, DatabaseReader database,
        TimeLimits limits) : IProbe
{
    public string Name => "configuration";

    public async Task<IReadOnlyList<Observation>> ExamineAsync(DiagnosisWindow window, CancellationToken cancellationToken)
    {
        List<Observation> found = [.. limits.Contradictions()];
        if (!environment.IsDevelopment())
        {
            found.AddRange([.. Exposure(), .. Backups()]);
        }

        try
        {
            found.AddRange(await database.ReadAsync(session => StoredAsync(session, cancellationToken), cancellationToken));
        }
        catch (ProbeException ex)
        {
            // What the settings alone show counts without the database, too.
            return ProbeException.Unless([ex.Message], found);
        }

        return found;
    }

    private IEnumerable<Observation> Exposure()
    {
        if (string.IsNullOrEmpty(configuration["Metrics:Token"]))
        {
            yield return new Observation(
                OperationCodes.MetricsOpen, "The address /metrics needs no token.", [new Evidence("Metrics:Token", "not set", "a token")]);
        }

        if (!string.IsNullOrEmpty(configuration["Security:DevelopmentKey"]))
        {
            yield return new Observation(
                OperationCodes.DevelopmentKey, $"The development key is valid in the environment {environment.EnvironmentName}.",
                [new Evidence("Security:DevelopmentKey", "set", "not set")]);
        }
    }

    private IEnumerable<Observation> Backups()
    {
        if (configuration["Backups:S3:Bucket"] is { Length: > 0 } bucket)
        {
            if (string.IsNullOrEmpty(configuration["Backups:Recipient"]))
            {
                yield return new Observation(
                    OperationCodes.Plain, $"Backups in the bucket {bucket} are not encrypted.",
                    [new Evidence("Backups:Recipient", "not set", "an age public key")]);
            }
        }
        else if (location.Cluster is { } cluster && location.DataDirectory is { } data)
        {
            var backups = Path.GetFullPath(configuration["Backups:Directory"] ?? Path.Combine(data, "backups"));
            var (first, second) = (Mount(cluster), Mount(backups));
            if (first is not null && first == second)
            {
                yield return new Observation(
                    OperationCodes.SameDisk, $"The backups in {backups} and the cluster in {cluster} are both on {first}.",
                    [new Evidence($"df {cluster} {backups}", first, "another file system")])
                {
                    Subject = backups,
                };
            }
        }
    }

    private async Task<IReadOnlyList<Observation>> StoredAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        const string keys = "select count(*) from api_keys where revoked_at is null";
        const string connections = "select current_setting('max_connections')::int8";
        var found = new List<Observation>();
        if (string.IsNullOrEmpty(configuration["Security:DevelopmentKey"]) && await session.ScalarAsync<long>(keys, cancellationToken) == 0)
        {
            found.Add(new Observation(
                OperationCodes.NoKey, "No API key is valid, so every call is refused.", [new Evidence(keys, "0 keys", "1 key")]));
        }

        const string superuser = "select rolsuper from pg_roles where rolname = current_user";
        if (!environment.IsDevelopment() && await session.ScalarAsync<bool>(superuser, cancellationToken))
        {
            found.Add(new Observation(
                OperationCodes.Superuser, "The role in ConnectionStrings__ragdb is a superuser.",
                [new Evidence(superuser, "true", "false")]));
        }

        var pool = new NpgsqlConnectionStringBuilder(configuration.GetConnectionString("ragdb")).MaxPoolSize;
        var most = await session.ScalarAsync<long>(connections, cancellationToken);
        if (pool > most)
        {
            found.Add(new Observation(
                OperationCodes.Pool, $"One process may open {pool} connections, and PostgreSQL allows {most} in all.",
                [new Evidence(connections, Quantity.Count(most, "connections"), Quantity.Count(pool, "connections"))]));
        }

        return found;
    }

    /// <summary>The mount point of the longest path that leads to a directory.</summary>
    private static string? Mount(string path) => DriveInfo.GetDrives().Select(drive => drive.RootDirectory.FullName)
        .Where(root => path == root || path.StartsWith(root.EndsWith('/') ? root : $"{root}{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
        .MaxBy(root => root.Length);
}
