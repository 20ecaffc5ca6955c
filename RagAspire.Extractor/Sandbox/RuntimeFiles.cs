namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// The files that the runtime and the parsers read. The settings beside the application are none of them, because they may
/// hold secrets.
/// </summary>
/// <param name="Executable">Programs that start the runtime.</param>
/// <param name="Readable">Files, and directories with all below them.</param>
internal sealed record RuntimeFiles(IReadOnlyList<string> Executable, IReadOnlyList<string> Readable)
{
    private static readonly string[] System =
    [
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share/icu", "/usr/share/zoneinfo", "/usr/share/fonts",
        "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf", "/dev/null", "/dev/urandom", "/proc/self",
        "/proc/meminfo", "/proc/cpuinfo", "/sys/fs/cgroup", "/sys/devices/system",
    ];

    private static readonly string[] LoaderFolders =
        ["/lib64", "/lib", "/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu"];

    /// <param name="runtime">The path of <c>dotnet</c>.</param>
    /// <param name="assembly">The path of the program that it runs.</param>
    public static RuntimeFiles Of(string runtime, string assembly)
    {
        var root = Path.GetDirectoryName(runtime)!;
        var folder = Path.GetDirectoryName(assembly)!;
        return new RuntimeFiles(
            [runtime, .. Loaders()],
            [
                .. System,
                Path.Combine(root, "host"),
                Path.Combine(root, "shared"),
                .. Directory.EnumerateFiles(folder, "*.dll"),
                Path.ChangeExtension(assembly, ".deps.json"),
                Path.ChangeExtension(assembly, ".runtimeconfig.json"),
            ]);
    }

    /// <summary>What this process needs until it becomes another program, and that program after it.</summary>
    /// <param name="program">The path of the program, which alone can be started.</param>
    /// <param name="data">Files of its own, and directories with all below them.</param>
    public RuntimeFiles Becoming(string program, IEnumerable<string> data) =>
        new([program, .. Loaders()], [.. Readable, .. data]);

    private static IEnumerable<string> Loaders() =>
        LoaderFolders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "ld-*.so*"));
}
