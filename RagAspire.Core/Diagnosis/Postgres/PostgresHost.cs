using Microsoft.Extensions.Options;
using RagAspire.Backups;
using RagAspire.Backups.Dumps;
using RagAspire.Database;

namespace RagAspire.Diagnosis.Postgres;

/// <summary>
/// Explains a server that cannot be used from its files, programs, disk and log, where it is the product's own.
/// </summary>
public sealed class PostgresHost(PostgresLocation location, IOptions<PostgresDiagnosisOptions> options)
{
    private const int LogLines = 20;

    /// <summary>The last lines of the server's log; empty where its cluster is not on this machine.</summary>
    public IReadOnlyList<string> LastLogLines() =>
        location.Cluster is { } cluster ? ClusterFiles.LastLines(ClusterFiles.LogFile(cluster), LogLines) : [];

    /// <summary>The disk of the cluster; null where it is not on this machine.</summary>
    public DiskState? ClusterDisk() => location.Cluster is { } cluster ? ClusterFiles.Disk(cluster) : null;

    /// <summary>A disk of the cluster without free space.</summary>
    public IReadOnlyList<Observation> Disk()
    {
        if (ClusterDisk() is not { } disk || !IsFull(disk))
        {
            return [];
        }

        return [new Observation(
            PostgresCodes.DiskFull,
            FormattableString.Invariant($"The disk of the cluster has {disk.FreeBytes >> 20} MiB of {disk.SizeBytes >> 20} MiB left."),
            [new Evidence($"df -B1 {disk.Path}", $"{disk.FreeBytes} bytes free", $"{Limit(disk)} bytes free")])
        {
            Subject = disk.Path,
        }];
    }

    /// <summary>What is wrong, from the failure to connect.</summary>
    public async Task<IReadOnlyList<Observation>> ExplainAsync(PostgresFailure failure, CancellationToken cancellationToken)
    {
        var isAway = failure.Code
            is PostgresCodes.Refused or PostgresCodes.NoAnswer or PostgresCodes.Starting or PostgresCodes.Recovery;
        List<Observation> causes = isAway ? [.. Disk(), .. FromLog()] : [.. Disk()];
        var observation = failure.Code == PostgresCodes.Refused
            ? await RefusedAsync(failure, cancellationToken)
            : Describe(failure);
        if (!causes.Exists(cause => cause.Code == observation.Code))
        {
            causes.Add(observation);
        }

        return causes;
    }

    private Observation Describe(PostgresFailure failure) => new(
        failure.Code,
        failure.Code switch
        {
            PostgresCodes.NameResolution => $"The name {location.Names} of the database server cannot be resolved: {failure.Reason}",
            PostgresCodes.Authentication => $"PostgreSQL at {location.Address} refuses the user {location.Connection.Username}: {failure.Reason}",
            PostgresCodes.DatabaseMissing => $"PostgreSQL at {location.Address} has no database {location.Database}: {failure.Reason}",
            PostgresCodes.TooManyClients => $"PostgreSQL at {location.Address} has no connection left: {failure.Reason}",
            PostgresCodes.NoAnswer => $"PostgreSQL at {location.Address} gives no usable answer: {failure.Reason}",
            _ => $"PostgreSQL at {location.Address} cannot be used now: {failure.Reason}",
        },
        [location.Evidence(failure), .. LogEvidence()]);

    private async Task<Observation> RefusedAsync(PostgresFailure failure, CancellationToken cancellationToken)
    {
        if (location.Cluster is not { } cluster)
        {
            return location.HasNoCluster && await ServerAsync(1, cancellationToken) is null
                ? new Observation(
                    PostgresCodes.NotInstalled,
                    $"Nothing listens at {location.Address}, and PostgreSQL's server is not installed on this machine.",
                    [location.Evidence(failure)])
                : new Observation(
                    PostgresCodes.Refused,
                    $"{(location.Connection.HasStandby() ? "No primary" : "Nothing")} accepts connections at {location.Address}: {failure.Reason}",
                    [location.Evidence(failure)]);
        }

        var major = ClusterFiles.MajorVersion(cluster) ?? 1;
        if (await ServerAsync(1, cancellationToken) is not { } any)
        {
            return new Observation(
                PostgresCodes.NotInstalled, $"The cluster in {cluster} needs PostgreSQL {major}, and no PostgreSQL is installed.",
                [new Evidence($"cat {cluster}/PG_VERSION", $"{major}"), location.Evidence(failure)]);
        }

        var server = await ServerAsync(major, cancellationToken) ?? any;
        if (PostgresTools.Major(server.Version) != major)
        {
            return new Observation(
                PostgresCodes.Version,
                $"The cluster in {cluster} was made by PostgreSQL {major}, and the installed one is {server.Version}.",
                [
                    new Evidence($"cat {cluster}/PG_VERSION", $"{major}", $"{PostgresTools.Major(server.Version)}"),
                    new Evidence($"{server.Path} --version", server.Version),
                    .. LogEvidence(),
                ]);
        }

        return ClusterFiles.IsRunning(cluster)
            ? new Observation(
                PostgresCodes.Refused,
                $"PostgreSQL runs as process {ClusterFiles.ProcessId(cluster)} and does not accept connections at {location.Address}.",
                [location.Evidence(failure), .. LogEvidence()])
            : new Observation(
                PostgresCodes.NotRunning, $"PostgreSQL of {cluster} does not run.",
                [new Evidence($"head -1 {cluster}/postmaster.pid", ProcessState(cluster)), location.Evidence(failure), .. LogEvidence()]);
    }

    /// <summary>A full disk or damage that the server wrote about before it ended.</summary>
    private IEnumerable<Observation> FromLog()
    {
        var lines = LastLogLines();
        if (lines.LastOrDefault(DiskSpace.IsNamedIn) is { } full)
        {
            yield return new Observation(
                PostgresCodes.DiskFull, $"PostgreSQL could not write: {full}", [new Evidence(LogQuery(), full)])
            {
                Subject = location.Cluster,
            };
        }

        if (lines.LastOrDefault(PostgresFailure.IsCorruption) is { } damage)
        {
            yield return new Observation(PostgresCodes.Corrupted, $"PostgreSQL met a damaged file: {damage}", [new Evidence(LogQuery(), damage)]);
        }
    }

    private Task<PostgresTool?> ServerAsync(int major, CancellationToken cancellationToken) =>
        new PostgresTools(Options.Create(new BackupOptions { ToolsDirectory = options.Value.ServerDirectory }))
            .FindAsync("postgres", major, cancellationToken);

    private bool IsFull(DiskState disk) => disk.FreeBytes < Limit(disk);

    // On a small disk the fixed amount would be reached by an empty cluster.
    private long Limit(DiskState disk) =>
        Math.Max((long)(disk.SizeBytes * options.Value.FreeShare), Math.Min(options.Value.FreeBytes, disk.SizeBytes / 20));

    private static string ProcessState(string cluster) =>
        ClusterFiles.ProcessId(cluster) is { } id ? $"process {id}, which does not exist" : "no file, the server was stopped";

    private string LogQuery() => $"tail -n {LogLines} {ClusterFiles.LogFile(location.Cluster!)}";

    private IEnumerable<Evidence> LogEvidence()
    {
        var lines = LastLogLines();
        return lines.Count == 0 ? [] : [new Evidence(LogQuery(), lines.LastOrDefault(IsTrouble) ?? lines[^1])];
    }

    private static bool IsTrouble(string line) =>
        line.Contains("PANIC:", StringComparison.Ordinal) || line.Contains("FATAL:", StringComparison.Ordinal);
}
