using System.Collections;
using System.Globalization;
using CliWrap;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Files;
using RagAspire.Database;

namespace RagAspire.Backups.Dumps;

/// <summary>An installed client program of PostgreSQL.</summary>
public sealed record PostgresTool(string Path, string Version)
{
    /// <param name="connectionString">The database, which the program gets by environment variables; null for none.</param>
    internal Command Command(NpgsqlConnectionStringBuilder? connectionString, IReadOnlyList<string> arguments) =>
        ToolCommand.Create(Path, arguments, Environment(connectionString));

    private static Dictionary<string, string?> Environment(NpgsqlConnectionStringBuilder? connectionString)
    {
        // Inherited settings, such as PGSERVICE, may belong to another database.
        var environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Select(variable => (string)variable.Key)
            .Where(name => name.StartsWith("PG", StringComparison.Ordinal))
            .ToDictionary(name => name, _ => (string?)null);
        if (connectionString is not null)
        {
            foreach (var (name, value) in Settings(connectionString).Where(setting => !string.IsNullOrEmpty(setting.Value)))
            {
                environment[name] = value;
            }
        }

        return environment;
    }

    private static Dictionary<string, string?> Settings(NpgsqlConnectionStringBuilder connectionString) => new()
    {
        ["PGHOST"] = string.Join(',', connectionString.Hosts().Select(host => host.Name)),
        ["PGPORT"] = string.Join(',', connectionString.Hosts().Select(host => host.Port.ToString(CultureInfo.InvariantCulture))),
        ["PGTARGETSESSIONATTRS"] = connectionString.HasStandby() ? "read-write" : null,
        ["PGUSER"] = connectionString.Username,
        ["PGDATABASE"] = connectionString.Database,
        ["PGPASSWORD"] = connectionString.Password ?? System.Environment.GetEnvironmentVariable("PGPASSWORD"),
        ["PGPASSFILE"] = connectionString.Passfile ?? System.Environment.GetEnvironmentVariable("PGPASSFILE"),
        ["PGSSLMODE"] = connectionString.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            var mode => mode.Word(),
        },
        ["PGSSLROOTCERT"] = connectionString.RootCertificate,
        ["PGSSLCERT"] = connectionString.SslCertificate,
        ["PGSSLKEY"] = connectionString.SslKey,
        ["PGAPPNAME"] = connectionString.ApplicationName,
        ["PGCONNECT_TIMEOUT"] = "10",
        ["PGOPTIONS"] = connectionString.Options,
    };
}

/// <summary>Finds the client programs of PostgreSQL on the PATH and in the directories of common installers.</summary>
public sealed class PostgresTools(IOptions<BackupOptions> options)
{
    private static readonly (string Root, string Pattern)[] InstallDirectories =
    [
        ("/usr/lib/postgresql", "*"),
        ("/usr", "pgsql-*"),
        ("/opt/homebrew/opt", "postgresql*"),
        ("/opt/homebrew/opt", "libpq"),
        ("/usr/local/opt", "postgresql*"),
        ("/usr/local/opt", "libpq"),
        ("/Applications/Postgres.app/Contents/Versions", "*"),
        (Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL"), "*"),
    ];

    /// <summary>
    /// Finds the program of the lowest version that is not below the given one. A later version works too, but dumps for
    /// later servers.
    /// </summary>
    /// <param name="name">The name without extension, such as "pg_dump".</param>
    /// <param name="major">The lowest major version.</param>
    /// <returns>Null without such a program.</returns>
    public async Task<PostgresTool?> FindAsync(string name, int major, CancellationToken cancellationToken)
    {
        PostgresTool? best = null;
        foreach (var path in Candidates(OperatingSystem.IsWindows() ? name + ".exe" : name))
        {
            var tool = new PostgresTool(path, await VersionAsync(path, cancellationToken));
            var found = Major(tool.Version);
            if (found == major)
            {
                return tool;
            }

            if (found > major && (best is null || found < Major(best.Version)))
            {
                best = tool;
            }
        }

        return best;
    }

    /// <summary>The major version of "15.18"; zero where it is unknown.</summary>
    internal static int Major(string version) =>
        int.TryParse(version.TakeWhile(char.IsAsciiDigit).ToArray(), CultureInfo.InvariantCulture, out var major) ? major : 0;

    private IEnumerable<string> Candidates(string program)
    {
        var directories = options.Value.ToolsDirectory is { } only
            ? [only]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Concat(InstallDirectories.Where(place => Path.IsPathRooted(place.Root) && Directory.Exists(place.Root))
                    .SelectMany(place => Directory.EnumerateDirectories(place.Root, place.Pattern)
                        .OrderDescending(StringComparer.Ordinal))
                    .Select(directory => Path.Combine(directory, "bin")));
        return directories.Select(directory => Path.Combine(directory, program)).Where(File.Exists).Distinct();
    }

    /// <summary>The third word of "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".</summary>
    private static async Task<string> VersionAsync(string path, CancellationToken cancellationToken)
    {
        var output = await ToolCommand.ReadAsync(ToolCommand.Create(path, ["--version"]), cancellationToken);
        var words = output.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words is [_, _, var version, ..] ? version : "";
    }
}
