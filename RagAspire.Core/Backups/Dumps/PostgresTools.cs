using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using RagAspire.Backups.Files;

namespace RagAspire.Backups.Dumps;

/// <summary>One of PostgreSQL's client programs.</summary>
public sealed record PostgresTool(string Path, string Version)
{
    /// <summary>Passwords are handed over by the environment, so that no list of processes shows them.</summary>
    internal ToolCall Call(NpgsqlConnectionStringBuilder connection, params string[] arguments) =>
        new(Path, arguments) { Environment = Settings(connection), Withheld = "PG" };

    private static Dictionary<string, string> Settings(NpgsqlConnectionStringBuilder connection)
    {
        var settings = new Dictionary<string, string?>
        {
            ["PGHOST"] = connection.Host,
            ["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = connection.Username,
            ["PGDATABASE"] = connection.Database,
            ["PGPASSWORD"] = connection.Password ?? Environment.GetEnvironmentVariable("PGPASSWORD"),
            ["PGPASSFILE"] = connection.Passfile ?? Environment.GetEnvironmentVariable("PGPASSFILE"),
            ["PGSSLMODE"] = connection.SslMode switch
            {
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                var mode => mode.ToString().ToLowerInvariant(),
            },
            ["PGSSLROOTCERT"] = connection.RootCertificate,
            ["PGSSLCERT"] = connection.SslCertificate,
            ["PGSSLKEY"] = connection.SslKey,
            ["PGAPPNAME"] = "ragaspire-backup",
            ["PGCONNECT_TIMEOUT"] = "10",
            ["PGOPTIONS"] = connection.Options,
        };
        return settings.Where(setting => !string.IsNullOrEmpty(setting.Value)).ToDictionary(setting => setting.Key, setting => setting.Value!);
    }
}

/// <summary>Finds PostgreSQL's client programs: on the PATH, and where installers put them.</summary>
public sealed class PostgresTools(IOptions<BackupOptions> options)
{
    private static readonly (string Root, string Pattern)[] UsualPlaces =
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

    /// <summary>The program of the lowest version that is not below the given one, because later ones write for later servers; null without one.</summary>
    public async Task<PostgresTool?> FindAsync(string name, int major, CancellationToken cancellationToken)
    {
        (PostgresTool Tool, int Major)? best = null;
        foreach (var path in Candidates(OperatingSystem.IsWindows() ? name + ".exe" : name))
        {
            var version = await VersionAsync(path, cancellationToken);
            if (Major(version) is { } found && found >= major && (best is null || found < best.Value.Major))
            {
                best = (new PostgresTool(path, version), found);
            }

            if (best?.Major == major)
            {
                break;
            }
        }

        return best?.Tool;
    }

    private IEnumerable<string> Candidates(string program)
    {
        var directories = options.Value.ToolsDirectory is { } only
            ? [only]
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Concat(UsualPlaces.Where(place => Path.IsPathRooted(place.Root) && Directory.Exists(place.Root))
                    .SelectMany(place => Directory.EnumerateDirectories(place.Root, place.Pattern).OrderDescending(StringComparer.Ordinal))
                    .Select(directory => Path.Combine(directory, "bin")));
        return directories.Select(directory => Path.Combine(directory, program)).Where(File.Exists).Distinct();
    }

    // "pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
    private static async Task<string> VersionAsync(string path, CancellationToken cancellationToken)
    {
        var said = await ToolProcess.OutputAsync(new ToolCall(path, ["--version"]) { Withheld = "PG" }, cancellationToken);
        return said.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ElementAtOrDefault(2) ?? "";
    }

    internal static int? Major(string version) =>
        int.TryParse(version.TakeWhile(char.IsAsciiDigit).ToArray(), CultureInfo.InvariantCulture, out var major) ? major : null;
}
