using System.Runtime.InteropServices;

namespace RagAspire.AppHost;

/// <summary>Paths of the programs that the AppHost starts.</summary>
internal static class Programs
{
    /// <summary>The <c>dotnet</c> that runs this process, which need not be on the PATH.</summary>
    public static string DotNet { get; } = FindDotNet();

    /// <summary>The AppHost's assembly.</summary>
    public static string AppHost { get; } = typeof(Programs).Assembly.Location;

    /// <summary>The repository that contains the build output, or the current directory when there is none.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>
    /// The built executable of another project. Its build output has the same configuration, because a build of the AppHost
    /// builds the services too.
    /// </summary>
    /// <exception cref="AppHostException">The executable is missing.</exception>
    public static string Executable(string project)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var file = OperatingSystem.IsWindows() ? $"{project}.exe" : project;
        var path = Path.Combine(Repository, project, "bin", output.Parent!.Name, output.Name, file);
        return File.Exists(path)
            ? path
            : throw new AppHostException($"{path} is missing: build the solution first (dotnet build).");
    }

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
