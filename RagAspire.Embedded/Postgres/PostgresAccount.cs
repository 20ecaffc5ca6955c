namespace RagAspire.Embedded.Postgres;

/// <summary>
/// The account that PostgreSQL runs as. PostgreSQL refuses to run as root, so under root this is <c>postgres</c> or
/// <c>nobody</c>; otherwise it is the account of this process, and the name is null.
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
            if (await PostgresCommand.SucceedsAsync("id", ["-u", name], user: null, cancellationToken))
            {
                return new PostgresAccount(name);
            }
        }

        throw new EmbeddedStoreException(
            "PostgreSQL does not run as root, and neither the account postgres nor nobody exists to run it as. "
            + "Run as an ordinary user, or set ConnectionStrings__ragdb to a PostgreSQL that runs elsewhere.");
    }

    /// <summary>Makes the account the owner of a directory and its content.</summary>
    public async Task OwnAsync(string directory, CancellationToken cancellationToken)
    {
        if (Name is null)
        {
            return;
        }

        var result = await PostgresCommand.RunAsync(
            "chown", ["-R", Name, directory], user: null, TimeSpan.FromMinutes(1), cancellationToken);
        if (!result.IsSuccess)
        {
            throw new EmbeddedStoreException($"Cannot give {directory} to the account {Name}: {result.Messages()}");
        }
    }

    /// <summary>Finds a path by which the account can reach a directory that it owns.</summary>
    public async Task<ReachablePath> ReachAsync(string directory, CancellationToken cancellationToken)
    {
        if (Name is null || await PostgresCommand.SucceedsAsync("test", ["-w", directory], Name, cancellationToken))
        {
            return new ReachablePath(directory, descriptor: null);
        }

        if (!OperatingSystem.IsLinux())
        {
            throw new EmbeddedStoreException(
                $"PostgreSQL does not run as root, and the account {Name} cannot reach {directory}. "
                + "Run as an ordinary user, or set RAGASPIRE_DATA to a directory that others may enter.");
        }

        // A parent directory may be entered by root only, such as root's home. An inherited handle leads past it without
        // a change of permissions.
        var descriptor = CLibrary.OpenInheritable(directory);
        return new ReachablePath($"/proc/self/fd/{descriptor}", descriptor);
    }
}

/// <summary>A path that child processes can use when they start before this is disposed.</summary>
internal sealed class ReachablePath(string value, int? descriptor) : IDisposable
{
    public string Value => value;

    public void Dispose()
    {
        if (descriptor is { } open)
        {
            CLibrary.Close(open);
        }
    }
}
