namespace RagAspire.Embedded.Postgres;

/// <summary>The files of one cluster, and the programs that work on them.</summary>
internal sealed class PostgresCluster(PostgresOptions options, PostgresBinaries binaries, PostgresAccount account)
{
    public const string User = "ragaspire";

    public string Directory { get; } = PathIn(options);

    private string PasswordFile => Path.Combine(options.DataDirectory, "postgres-password");

    public static string PathIn(PostgresOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), "postgres");

    /// <summary>The major version that made the cluster, or null when there is none yet.</summary>
    public static int? MajorVersion(PostgresOptions options)
    {
        var file = Path.Combine(PathIn(options), "PG_VERSION");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), out var major) ? major : null;
    }

    /// <summary>Makes the cluster on the first start, and returns its password.</summary>
    public async Task<string> PrepareAsync(CancellationToken cancellationToken)
    {
        var made = MajorVersion(options) is not null;
        if (made && !File.Exists(PasswordFile))
        {
            throw new EmbeddedStoreException(
                $"{PasswordFile} is missing, and without it nobody can log in to the database in {Directory}. "
                + "Put it back, or move that directory away to start empty.");
        }

        var password = SecretFile.ReadOrCreate(PasswordFile);
        if (!made)
        {
            await InitializeAsync(password, cancellationToken);
        }

        return password;
    }

    public async Task WriteSettingsAsync(int port, CancellationToken cancellationToken)
    {
        var file = Path.Combine(Directory, PostgresSettings.FileName);
        await File.WriteAllTextAsync(file, PostgresSettings.Render(options, binaries, port), cancellationToken);
        await account.OwnAsync(Directory, cancellationToken);
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    /// <returns>Null, or what the server said when it did not start.</returns>
    public async Task<string?> TryStartAsync(CancellationToken cancellationToken)
    {
        using var reachable = await account.ReachAsync(Directory, cancellationToken);
        var log = Path.Combine(Directory, "start.log");
        File.Delete(log);
        var seconds = (int)options.StartTimeout.TotalSeconds;
        var result = await Command.RunAsync(
            binaries.Control,
            ["start", "-D", reachable.Value, "-l", $"{reachable.Value}/start.log", "-w", "-t", $"{seconds}", "-s"],
            account.Name, options.StartTimeout + TimeSpan.FromSeconds(10), cancellationToken);
        if (result.ExitCode == 0)
        {
            return null;
        }

        var said = File.Exists(log) ? await File.ReadAllTextAsync(log, cancellationToken) : "";
        return $"{result.Said}\n{said}".Trim();
    }

    /// <summary>Ends the server: open transactions are rolled back and all is written. Idle when none runs.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (PostmasterFile.Read(Directory) is not { } server)
        {
            return;
        }

        if (!PostmasterFile.IsRunning(server))
        {
            // PostgreSQL sees by itself that the writer is gone, except when another program now has its process id.
            File.Delete(PostmasterFile.PathIn(Directory));
        }
        else if (!await PostgresShutdown.EndAsync(server, binaries, cancellationToken))
        {
            throw new EmbeddedStoreException($"PostgreSQL (process {server.ProcessId}) on {Directory} does not stop.");
        }
    }

    // Beside its final place, so that a start that is killed half-way leaves nothing that looks like a cluster.
    private async Task InitializeAsync(string password, CancellationToken cancellationToken)
    {
        var workshop = Directory + ".new";
        if (System.IO.Directory.Exists(workshop))
        {
            System.IO.Directory.Delete(workshop, recursive: true);
        }

        System.IO.Directory.CreateDirectory(workshop);
        SecretFile.Write(Path.Combine(workshop, "password"), password);
        await account.OwnAsync(workshop, cancellationToken);
        await RunInitDbAsync(workshop, cancellationToken);

        var fresh = Path.Combine(workshop, "cluster");
        await File.AppendAllTextAsync(
            Path.Combine(fresh, "postgresql.conf"), $"\ninclude_if_exists = '{PostgresSettings.FileName}'\n", cancellationToken);
        System.IO.Directory.Move(fresh, Directory);
        System.IO.Directory.Delete(workshop, recursive: true);
    }

    private async Task RunInitDbAsync(string workshop, CancellationToken cancellationToken)
    {
        using var reachable = await account.ReachAsync(workshop, cancellationToken);
        List<string> arguments =
        [
            "-D", $"{reachable.Value}/cluster", "-U", User, $"--pwfile={reachable.Value}/password", "--auth=scram-sha-256",
            "--encoding=UTF8", $"--locale={Locale}", "--data-checksums",
        ];
        if (!options.Durable)
        {
            arguments.Add("--no-sync");
        }

        var result = await Command.RunAsync(
            binaries.InitDb, arguments, account.Name, TimeSpan.FromMinutes(2), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new EmbeddedStoreException($"PostgreSQL could not make its files in {Directory}: {result.Said}");
        }
    }

    // One order and one idea of letters on every machine, where the system has it.
    private static string Locale => OperatingSystem.IsWindows() ? "C" : OperatingSystem.IsMacOS() ? "en_US.UTF-8" : "C.UTF-8";
}
