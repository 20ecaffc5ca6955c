using System.ComponentModel.DataAnnotations;

namespace RagAspire.Embedded.Postgres;

/// <summary>Settings of an embedded PostgreSQL.</summary>
public sealed record PostgresOptions
{
    /// <summary>The data directory of the whole system; the cluster lives in its folder <c>postgres</c>.</summary>
    [Required]
    public required string DataDirectory { get; init; }

    /// <summary>Port on loopback; 0 takes a free one at every start.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>The database; it is created when it does not exist.</summary>
    [Required]
    public string Database { get; init; } = "ragdb";

    /// <summary>False gives up safety against power loss for speed. Only for tests.</summary>
    public bool Durable { get; init; } = true;

    [Range(1, 10_000)]
    public int MaxConnections { get; init; } = 200;

    [Range(16, 65_536)]
    public int SharedBuffersMegabytes { get; init; } = 256;

    /// <summary>Time limit for a start, recovery after a crash included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Where to look for binaries, best first; null looks in the usual places.</summary>
    public IReadOnlyList<string>? BinaryDirectories { get; init; }
}
