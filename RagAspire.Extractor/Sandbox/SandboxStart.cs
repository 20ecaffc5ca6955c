using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using RagAspire.Extraction.Messages;

namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// Locks the process in before it reads its first file. Landlock restricts a thread and not a process, so the program locks
/// its first thread and executes itself again from it: all threads of the new image are locked.
/// </summary>
internal static class SandboxStart
{
    private const string Entered = "--sandbox-entered";
    private const int NoNewPrivileges = 38, Dumpable = 4;
    private const nint CloseOnExecute = 4;

    /// <summary>
    /// Enters the sandbox when the first argument is <see cref="ExtractorArguments.Sandbox"/>. Must be the first call of a
    /// program, because the program starts again meanwhile.
    /// </summary>
    /// <returns>The layers of the sandbox, and which of them hold.</returns>
    /// <exception cref="InvalidOperationException">The program cannot be executed again.</exception>
    public static IReadOnlyList<SandboxLayer> Run(string[] arguments) => arguments switch
    {
        [Entered, .. var missing] => Complete(missing),
        [ExtractorArguments.Sandbox] when OperatingSystem.IsLinux() => Enter(),
        [ExtractorArguments.Program, .. { Length: > 2 } program] when OperatingSystem.IsLinux() => Become(program),
        [ExtractorArguments.Sandbox] =>
            SandboxLayers.None($"{RuntimeInformation.OSDescription} has no means for it that are used here"),
        _ => SandboxLayers.None("the sandbox is switched off"),
    };

    private static IReadOnlyList<SandboxLayer> Enter()
    {
        var runtime = Environment.ProcessPath!;
        var assembly = Assembly.GetEntryAssembly()!.Location;
        var missing = Lock([runtime, assembly], RuntimeFiles.Of(runtime, assembly));
        _ = Kernel.Execute(runtime, ["dotnet", assembly, Entered, .. missing, null], [.. Variables(), null]);
        throw new InvalidOperationException($"The extractor cannot start inside its sandbox: {Kernel.LastError}");
    }

    private static IReadOnlyList<SandboxLayer> Become(string[] program)
    {
        ProgramStart.Become(program);
        return [];
    }

    /// <summary>Locks the calling thread, and the program that it executes next.</summary>
    /// <param name="needed">Files that the program is started from.</param>
    /// <param name="files">All that it can read.</param>
    /// <returns>The layers that do not hold, each with the reason.</returns>
    public static IReadOnlyList<string> Lock(IReadOnlyList<string> needed, RuntimeFiles files)
    {
        (string Name, string? Missing)[] layers =
        [
            (SandboxLayers.NoNewPrivileges, Kernel.ProcessControl(NoNewPrivileges, 1, 0, 0, 0) == 0 ? null : Kernel.LastError),
            (SandboxLayers.ResourceLimits, ResourceLimits.Lower()),
            (SandboxLayers.UnprivilegedUser, UnprivilegedUser.Become(needed)),
            (SandboxLayers.Landlock, Landlock.Restrict(files)),
            (SandboxLayers.Seccomp, CallFilter.RefuseDangerous()),
        ];

        // Handles of the parent process that it did not mean to pass on; only the pipes stay.
        _ = Kernel.Call((nint)CallNumbers.CloseRange, 3, int.MaxValue, CloseOnExecute);
        return [.. layers.Where(layer => layer.Missing is not null).Select(layer => $"{layer.Name}={layer.Missing}")];
    }

    private static List<SandboxLayer> Complete(string[] missing)
    {
        var reasons = missing.Select(layer => layer.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        if (CallFilter.RefusePrograms() is { } reason)
        {
            reasons[SandboxLayers.NoExec] = reason;
        }

        // No process of the same user, such as another extractor, may look into this one.
        _ = Kernel.ProcessControl(Dumpable, 0, 0, 0, 0);
        return [.. SandboxLayers.All.Select(name => new SandboxLayer(name, reasons.GetValueOrDefault(name)))];
    }

    private static IEnumerable<string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(variable => $"{variable.Key}={variable.Value}");
}
