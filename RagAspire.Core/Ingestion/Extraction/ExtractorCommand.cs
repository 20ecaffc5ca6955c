using System.Diagnostics;
using System.Runtime.InteropServices;
using RagAspire.Extraction.Messages;

namespace RagAspire.Ingestion.Extraction;

/// <summary>How the extractor process is started: next to this program, with the same runtime and without its secrets.</summary>
internal static class ExtractorCommand
{
    // The variables that the runtime needs. Connection strings and keys are not inherited.
    private static readonly string[] Kept = OperatingSystem.IsWindows()
        ? ["SystemRoot", "TEMP", "TMP", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"]
        : ["TZ", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];

    public static string Assembly => Path.Combine(AppContext.BaseDirectory, "RagAspire.Extractor.dll");

    /// <param name="assembly">The program: <see cref="Assembly"/>, or one that tries to get out of the sandbox.</param>
    public static ProcessStartInfo Create(ExtractionOptions options, string assembly, bool isSandboxed)
    {
        if (!File.Exists(assembly))
        {
            throw new FileNotFoundException("The extractor program is missing beside the application.", assembly);
        }

        var start = Bare(DotnetPath());
        start.ArgumentList.Add(assembly);
        if (isSandboxed)
        {
            start.ArgumentList.Add(ExtractorArguments.Sandbox);
        }

        // Above this the runtime throws OutOfMemoryException, before the limit of resident memory kills the process.
        var heap = (long)options.MemoryMegabytes * 1024 * 1024 * 3 / 4;
        start.Environment["DOTNET_GCHeapHardLimit"] = heap.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    /// <summary>A program with pipes, and without the secrets of this one.</summary>
    public static ProcessStartInfo Bare(string path)
    {
        var start = new ProcessStartInfo(path)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetPathRoot(AppContext.BaseDirectory),
        };
        foreach (var name in start.Environment.Keys.Except(Kept, StringComparer.OrdinalIgnoreCase).ToArray())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    // The application may run from its own executable, but its runtime always lies in
    // <dotnet>/shared/Microsoft.NETCore.App/<version>/.
    private static string DotnetPath()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var path = Path.Combine(root, name);
        return File.Exists(path) ? path : name;
    }
}
