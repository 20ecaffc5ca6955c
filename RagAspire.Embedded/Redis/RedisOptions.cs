using System.ComponentModel.DataAnnotations;

namespace RagAspire.Embedded.Redis;

/// <summary>How an embedded Garnet runs.</summary>
public sealed record RedisOptions
{
    /// <summary>The data directory of the whole system; Garnet keeps its folder <c>redis</c>. Null keeps nothing.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Port on loopback; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; init; }

    /// <summary>What clients must know, or null when loopback is protection enough.</summary>
    public string? Password { get; init; }

    /// <summary>Keys and values together. The oldest entries go when it is full, as a cache should.</summary>
    [Range(16, 65_536)]
    public int MemoryMegabytes { get; init; } = 128;
}
