using System.Globalization;
using System.Reflection;

namespace RagAspire.Extractor.Sandbox;

/// <summary>
/// Becomes another program that is as locked in as the extractor: the layers hold for it too, and of files it reads only
/// libraries and the data of its kind. It can run nothing but itself.
/// </summary>
internal static class ProgramStart
{
    private static readonly string[] Data =
    [
        "/usr/share/tesseract-ocr", "/usr/share/tessdata", "/usr/local/share/tessdata", "/usr/share/poppler", "/etc/fonts",
        "/usr/share/fontconfig",
    ];

    private static readonly string[] Variables = ["LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1", "HOME=/"];

    /// <param name="arguments">The limits on memory in bytes and on processor time in seconds, the program, its arguments.</param>
    /// <exception cref="InvalidOperationException">The program cannot be run.</exception>
    public static void Become(string[] arguments)
    {
        var (memory, time, program) = (Number(arguments[0]), Number(arguments[1]), arguments[2]);
        var path = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        var files = RuntimeFiles.Of(Environment.ProcessPath!, Assembly.GetEntryAssembly()!.Location).Becoming(path, Data);
        foreach (var missing in SandboxStart.Lock([path], files))
        {
            Console.Error.WriteLine($"sandbox: {missing}");
        }

        // The limit comes last, because the runtime has reserved more memory than the program may have; the call after it is
        // compiled by one that fails, since compiling takes memory.
        _ = Kernel.Execute("/", [null], [null]);
        ResourceLimits.LimitProgram(memory, time);
        _ = Kernel.Execute(path, [Path.GetFileName(program), .. arguments[3..], null], [.. Variables, null]);
        throw new InvalidOperationException($"{program} cannot be run inside its sandbox: {Kernel.LastError}");
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
