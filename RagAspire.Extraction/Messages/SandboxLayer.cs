namespace RagAspire.Extraction.Messages;

/// <summary>One layer of the sandbox around the extractor process.</summary>
/// <param name="Name">One of <see cref="SandboxLayers"/>.</param>
/// <param name="Missing">Why it does not hold; null when it holds.</param>
public sealed record SandboxLayer(string Name, string? Missing = null);

/// <summary>The layers of the sandbox. Each takes something else from the process, and none relies on another.</summary>
public static class SandboxLayers
{
    /// <summary>A program that the process starts never has more rights than the process.</summary>
    public const string NoNewPrivileges = "no-new-privileges";

    /// <summary>The process is not the administrator.</summary>
    public const string UnprivilegedUser = "unprivileged-user";

    /// <summary>Files: nothing can be written, and only what the runtime needs can be read.</summary>
    public const string Landlock = "landlock";

    /// <summary>System calls: no sockets, no new processes, no view of other processes, no administration.</summary>
    public const string Seccomp = "seccomp";

    /// <summary>No program can be run any more.</summary>
    public const string NoExec = "no-exec";

    /// <summary>Limits on open files and on memory dumps.</summary>
    public const string ResourceLimits = "resource-limits";

    public static IReadOnlyList<string> All { get; } =
        [NoNewPrivileges, UnprivilegedUser, Landlock, Seccomp, NoExec, ResourceLimits];

    /// <summary>All layers as missing for one reason.</summary>
    public static IReadOnlyList<SandboxLayer> None(string reason) => [.. All.Select(name => new SandboxLayer(name, reason))];
}
