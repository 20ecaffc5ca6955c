using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RagAspire.Ingestion.Extraction;

/// <summary>How the extractor process is started: next to this program, with the same runtime and without its secrets.</summary>
internal static class ExtractorCommand
{
    private const string Program = "RagAspire.Extractor";

    // The variables that a process needs to run. Connection strings and keys are not inherited.
    private static readonly string[] Kept =
        ["PATH", "HOME", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LC_ALL", "SystemRoot", "USERPROFILE", "DOTNET_ROOT",
            "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"];

    public static ProcessStartInfo Create(ExtractionOptions options)
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, Program + ".dll");
        if (!File.Exists(assembly))
        {
            throw new FileNotFoundException("The extractor program is missing beside the application.", assembly);
        }

        var start = new ProcessStartInfo(DotnetPath())
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(assembly);
        foreach (var name in start.Environment.Keys.Except(Kept, StringComparer.OrdinalIgnoreCase).ToArray())
        {
            start.Environment.Remove(name);
        }

        // Above this the runtime throws OutOfMemoryException, before the limit of resident memory kills the process.
        var heap = (long)options.MemoryMegabytes * 1024 * 1024 * 3 / 4;
        start.Environment["DOTNET_GCHeapHardLimit"] = heap.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
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
