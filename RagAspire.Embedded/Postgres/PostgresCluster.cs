using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary>The files of one cluster, and the programs that create, start and stop it.</summary>
internal sealed class PostgresCluster(PostgresOptions options, PostgresBinaries binaries, PostgresAccount account)
{
    public string Directory { get; } = PathIn(options);

    public static string PathIn(PostgresOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), "postgres");

    /// <summary>The major version that created the cluster, or null when there is no cluster yet.</summary>
    public static int? MajorVersion(PostgresOptions options)
    {
        var file = Path.Combine(PathIn(options), "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var major)
            ? major
            : null;
    }

    /// <summary>Creates the cluster at the first start, and returns its passwords.</summary>
    public async Task<PostgresPasswords> PrepareAsync(CancellationToken cancellationToken)
    {
        var exists = MajorVersion(options) is not null;
        if (exists && !IsKept(PostgresPasswords.ApplicationFile) && !IsKept(PostgresPasswords.SuperuserFile))
        {
            throw new EmbeddedStoreException(
                $"{Path.Combine(options.DataDirectory, PostgresPasswords.ApplicationFile)} is missing, and without it there is no "
                + $"login to the database in {Directory}: put the file back, or move that directory away to start empty.");
        }

        var passwords = PostgresPasswords.ReadOrCreate(options.DataDirectory);
        if (!exists)
        {
            await InitializeAsync(passwords.Superuser, cancellationToken);
        }

        return passwords;
    }

    private bool IsKept(string file) => File.Exists(Path.Combine(options.DataDirectory, file));

    public async Task WriteSettingsAsync(int port, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Directory, PostgresSettings.FileName);
        await File.WriteAllTextAsync(file, PostgresSettings.Render(options, binaries, port), cancellationToken);
        await account.OwnAsync(Directory, cancellationToken);
    }

    /// <summary>Starts the server and waits until it accepts connections.</summary>
    /// <returns>Null, or the messages of a server that did not start.</returns>
    public async Task<string?> TryStartAsync(CancellationToken cancellationToken)
    {
        using var reachable = await account.ReachAsync(Directory, cancellationToken);
        var log = Path.Combine(Directory, "start.log");
        File.Delete(log);
        var seconds = (int)options.StartTimeout.TotalSeconds;
        var result = await PostgresCommand.RunAsync(
            binaries.Control,
            ["start", "-D", reachable.Value, "-l", $"{reachable.Value}/start.log", "-w", "-t", $"{seconds}", "-s"],
            account.Name, options.StartTimeout + TimeSpan.FromSeconds(10), cancellationToken);
        if (result.IsSuccess)
        {
            return null;
        }

        var serverLog = File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : "";
        return $"{result.Messages()}\n{serverLog}".Trim();
    }

    /// <summary>Stops the server; open transactions are rolled back. Does nothing when none runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (PostmasterFile.Read(Directory) is not { } server)
        {
            return;
        }

        if (!PostmasterFile.IsRunning(server))
        {
            // PostgreSQL ignores a stale file by itself, except when another program has got that process id.
            File.Delete(PostmasterFile.PathIn(Directory));
        }
        else if (!await PostgresShutdown.EndAsync(server, binaries, cancellationToken))
        {
            throw new EmbeddedStoreException($"PostgreSQL (process {server.ProcessId}) on {Directory} does not stop.");
        }
    }

    // In a temporary directory, so that a killed initdb leaves nothing that looks like a cluster.
    private async Task InitializeAsync(string password, CancellationToken cancellationToken)
    {
        var temporary = Directory + ".new";
        if (System.IO.Directory.Exists(temporary))
        {
            System.IO.Directory.Delete(temporary, recursive: true);
        }

        System.IO.Directory.CreateDirectory(temporary);
        SecretFile.Write(Path.Combine(temporary, "password"), password);
        await account.OwnAsync(temporary, cancellationToken);
        await RunInitDbAsync(temporary, cancellationToken);

        var cluster = Path.Combine(temporary, "cluster");
        await File.AppendAllTextAsync(
            Path.Combine(cluster, "postgresql.conf"), $"\ninclude_if_exists = '{PostgresSettings.FileName}'\n", cancellationToken);
        System.IO.Directory.Move(cluster, Directory);
        System.IO.Directory.Delete(temporary, recursive: true);
    }

    private async Task RunInitDbAsync(string temporary, CancellationToken cancellationToken)
    {
        using var reachable = await account.ReachAsync(temporary, cancellationToken);
        List<string> arguments =
        [
            "-D", $"{reachable.Value}/cluster", "-U", PostgresRoles.Superuser, $"--pwfile={reachable.Value}/password", "--auth=scram-sha-256",
            "--encoding=UTF8", $"--locale={Locale}", "--data-checksums",
        ];
        if (!options.Durable)
        {
            arguments.Add("--no-sync");
        }

        var result = await PostgresCommand.RunAsync(
            binaries.InitDb, arguments, account.Name, TimeSpan.FromMinutes(2), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new EmbeddedStoreException($"PostgreSQL cannot create its files in {Directory}: {result.Messages()}");
        }
    }

    // The same collation and character classes on every machine, where the system has them.
    private static string Locale => OperatingSystem.IsWindows() ? "C" : OperatingSystem.IsMacOS() ? "en_US.UTF-8" : "C.UTF-8";
}
