using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary>A local installation of PostgreSQL's server programs.</summary>
internal sealed record PostgresBinaries(string Directory, int MajorVersion)
{
    private const int OldestSupported = 13;

    public string InitDb => Program("initdb");

    public string Control => Program("pg_ctl");

    public string Server => Program("postgres");

    /// <summary>
    /// Finds the first installation in the order of the directories, or the first of the major version that made the cluster.
    /// </summary>
    public static async Task<PostgresBinaries> FindAsync(
        PostgresOptions options, int? requiredMajor, CancellationToken cancellationToken)
    {
        var found = new List<PostgresBinaries>();
        foreach (var directory in options.BinaryDirectories ?? PostgresLocations.Usual())
        {
            if (await TryReadAsync(directory, cancellationToken) is { } binaries)
            {
                if (requiredMajor is null || binaries.MajorVersion == requiredMajor)
                {
                    return binaries;
                }

                found.Add(binaries);
            }
        }

        throw new EmbeddedStoreException(found.Count == 0
            ? NothingFound(requiredMajor)
            : $"The data in {Path.Combine(options.DataDirectory, "postgres")} was made by PostgreSQL {requiredMajor}, but only "
              + $"{string.Join(", ", found.Select(f => f.MajorVersion).Distinct())} is installed. Install PostgreSQL {requiredMajor}, "
              + "set RAGASPIRE_DATA to another directory, or move this one away to start empty.");
    }

    private static string NothingFound(int? major) => string.Create(CultureInfo.InvariantCulture, $"""
        PostgreSQL{(major is null ? "" : $" {major}")} is not installed on this machine, and the database needs it. Three ways out:
          1. install PostgreSQL {major ?? OldestSupported} {(major is null ? "or newer " : "")}(Debian and Ubuntu: apt install postgresql; macOS: brew install postgresql; Windows: winget install PostgreSQL.PostgreSQL);
          2. start a container runtime (Docker or Podman), so that PostgreSQL runs as a container;
          3. set ConnectionStrings__ragdb to a PostgreSQL that runs elsewhere.
        """);

    private static async Task<PostgresBinaries?> TryReadAsync(string directory, CancellationToken cancellationToken)
    {
        var candidate = new PostgresBinaries(directory, 0);
        if (!File.Exists(candidate.Server) || !File.Exists(candidate.InitDb) || !File.Exists(candidate.Control))
        {
            return null;
        }

        var version = await PostgresCommand.RunAsync(
            candidate.Server, ["--version"], user: null, TimeSpan.FromSeconds(10), cancellationToken);
        var number = version.StandardOutput.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(2) ?? "";
        var digits = new string([.. number.TakeWhile(char.IsAsciiDigit)]);
        return int.TryParse(digits, CultureInfo.InvariantCulture, out var major) && major >= OldestSupported
            ? candidate with { MajorVersion = major }
            : null;
    }

    /// <summary>
    /// Whether the library for <c>shared_preload_libraries</c> is installed; with an absent one the server does not start.
    /// </summary>
    public bool HasLibrary(string name)
    {
        var file = name + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");
        var home = Path.GetDirectoryName(Path.GetDirectoryName(RealServer()))!;
        return new[] { "lib", "lib/postgresql", $"lib/postgresql@{MajorVersion}" }
            .Any(folder => File.Exists(Path.Combine(home, folder, file)));
    }

    // A link on the PATH does not tell where the libraries are; its target does.
    private string RealServer() =>
        File.ResolveLinkTarget(Server, returnFinalTarget: true)?.FullName ?? Path.GetFullPath(Server);

    private string Program(string name) => Path.Combine(Directory, OperatingSystem.IsWindows() ? name + ".exe" : name);
}
