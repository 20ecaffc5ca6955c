namespace RagAspire.Embedded.Postgres;

/// <summary>
/// The account that PostgreSQL runs as. PostgreSQL refuses to run as root, so when we are root this is
/// <c>postgres</c> or <c>nobody</c>; otherwise it is our own.
/// </summary>
internal sealed record PostgresAccount(string? Name)
{
    public static async Task<PostgresAccount> ChooseAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(Name: null);
        }

        foreach (var name in new[] { "postgres", "nobody" })
        {
            if (await Command.SucceedsAsync("id", ["-u", name], user: null, cancellationToken))
            {
                return new PostgresAccount(name);
            }
        }

        throw new EmbeddedStoreException(
            "PostgreSQL does not run as root, and there is neither an account postgres nor nobody to run it as. "
            + "Run as an ordinary user, or set ConnectionStrings__ragdb to a PostgreSQL that runs elsewhere.");
    }

    /// <summary>Gives a directory and all in it to the account.</summary>
    public async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return;
        }

        var result = await Command.RunAsync(
            "chown", ["-R", Name, directory], user: null, TimeSpan.FromMinutes(1), cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new EmbeddedStoreException($"Cannot give {directory} to the account {Name}: {result.Said}");
        }
    }

    /// <summary>Opens the way for the account to a directory that it owns.</summary>
    public async Task<ReachablePath> ReachAsync(string directory, CancellationToken cancellationToken)
    {
        if (Name is null || await Command.SucceedsAsync("test", ["-w", directory], Name, cancellationToken))
        {
            return new ReachablePath(directory, descriptor: null);
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new EmbeddedStoreException(
                $"PostgreSQL does not run as root, and the account {Name} cannot reach {directory}. "
                + "Run as an ordinary user, or set RAGASPIRE_DATA to a directory that others may enter.");
        }

        // Somewhere above is a directory that only root may enter, such as root's home. A handle that the child
        // inherits leads past it, and nobody's permissions are touched.
        var descriptor = CLibrary.OpenInheritable(directory);
        return new ReachablePath($"/proc/self/fd/{descriptor}", descriptor);
    }
}

/// <summary>A path that is good for child processes that start before this is disposed.</summary>
internal sealed class ReachablePath(string value, int? descriptor) : IDisposable
{
    public string Value => value;

    public void Dispose()
    {
        if (descriptor is { } open)
        {
            _ = CLibrary.Close(open);
        }
    }
}
