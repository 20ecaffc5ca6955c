using System.Globalization;

namespace RagAspire.Embedded.Postgres;

/// <summary>
/// The settings of a server that follow from its memory, in the proportions of a server with 4 GiB: a quarter for shared
/// buffers, three quarters for the planner's idea of all caches, a sixteenth for vacuum and the building of indexes.
/// </summary>
/// <param name="MemoryMegabytes">What the server and the cache of its files may take.</param>
/// <param name="MaxConnections">More than the pools of all processes together.</param>
public sealed record PostgresTuning(int MemoryMegabytes, int MaxConnections = 200)
{
    public int SharedBuffersMegabytes => Math.Max(16, MemoryMegabytes / 4);

    /// <summary>Names and values, as in <c>postgresql.conf</c>.</summary>
    public IReadOnlyList<(string Name, string Value)> Settings =>
    [
        ("max_connections", Number(MaxConnections)),
        ("shared_buffers", Megabytes(SharedBuffersMegabytes)),
        ("effective_cache_size", Megabytes(SharedBuffersMegabytes * 3)),
        ("maintenance_work_mem", Megabytes(Math.Max(32, SharedBuffersMegabytes / 4))),
        ("wal_buffers", Megabytes(Math.Clamp(SharedBuffersMegabytes / 32, 1, 16))),
        ("checkpoint_completion_target", "0.9"),
        ("default_statistics_target", "100"),
        ("random_page_cost", "1.1"),
        .. IoConcurrency,
    ];

    // Elsewhere the server cannot read ahead, and refuses to start with this setting.
    private static IEnumerable<(string Name, string Value)> IoConcurrency =>
        OperatingSystem.IsLinux() ? [("effective_io_concurrency", "200")] : [];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Megabytes(int value) => $"{Number(value)}MB";
}
