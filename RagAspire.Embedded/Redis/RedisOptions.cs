using System.ComponentModel.DataAnnotations;

namespace RagAspire.Embedded.Redis;

/// <summary>Settings of an embedded Garnet.</summary>
public sealed record RedisOptions
{
    /// <summary>
    /// The data directory of the whole system, of which Garnet uses the folder <c>redis</c>. Null keeps all in memory.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>Port on loopback; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>The password of clients, or null for none.</summary>
    public string? Password { get; init; }

    /// <summary>Memory for keys and values together. The oldest entries are evicted when it is full.</summary>
    [Range(16, 65_536)]
    public int MemoryMegabytes { get; init; } = 128;
}
