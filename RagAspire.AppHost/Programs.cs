using System.Runtime.InteropServices;

namespace RagAspire.AppHost;

/// <summary>Where the programs are that a local run starts.</summary>
public static class Programs
{
    /// <summary>The <c>dotnet</c> that runs us, which need not be on the PATH.</summary>
    public static string DotNet { get; } = FindDotNet();

    /// <summary>The program that we are.</summary>
    public static string Ourselves { get; } = typeof(Programs).Assembly.Location;

    /// <summary>The repository that we were built in, or the current directory when we were moved out of it.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>
    /// The build output of another project: it is beside ours, in the same configuration, because building this project
    /// builds those.
    /// </summary>
    /// <exception cref="LocalRunException">It is not there.</exception>
    public static string Project(string name)
    {
        var ours = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var framework = ours.Name;
        var configuration = ours.Parent!.Name;
        var path = Path.Combine(ours.Parent.Parent!.Parent!.Parent!.FullName, name, "bin", configuration, framework, name + ".dll");
        return File.Exists(path)
            ? path
            : throw new LocalRunException($"{path} is missing: build the solution first (dotnet build).");
    }

    /// <summary>The executable of another project, beside its assembly.</summary>
    /// <exception cref="LocalRunException">It is not there.</exception>
    public static string Executable(string name) =>
        Path.ChangeExtension(Project(name), OperatingSystem.IsWindows() ? ".exe" : null);

    /// <summary>A program on the PATH, or null.</summary>
    public static string? OnPath(string name)
    {
        string[] names = OperatingSystem.IsWindows() ? [name + ".exe", name + ".cmd"] : [name];
        return (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .SelectMany(directory => names.Select(file => Path.Combine(directory, file)))
            .FirstOrDefault(File.Exists);
    }

    private static string FindDotNet()
    {
        var file = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(Environment.ProcessPath) == file)
        {
            return Environment.ProcessPath!;
        }

        // The runtime lives in <root>/shared/Microsoft.NETCore.App/<version>.
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var beside = Path.Combine(root, file);
        return File.Exists(beside) ? beside : OnPath("dotnet") ?? file;
    }

    private static string FindRepository()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "RagAspire.sln")))
            {
                return directory.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
