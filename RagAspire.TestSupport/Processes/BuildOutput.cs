namespace RagAspire.TestSupport.Processes;

/// <summary>Finds the repository, and the build output of its projects in the configuration of the running program.</summary>
public static class BuildOutput
{
    public static string RepositoryRoot { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The configuration that this assembly was built in, Debug or Release.</summary>
    public static string Configuration { get; } =
        new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

    /// <summary>The assembly that a project was built to, <c>bin/configuration/framework/project.dll</c>.</summary>
    public static string Of(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(RepositoryRoot, project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
    }

    private static string FindRoot(string from)
    {
        for (var directory = new DirectoryInfo(from); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "RagAspire.sln")))
            {
                return directory.FullName;
            }
        }

        throw new InvalidOperationException($"{from} is not below the repository.");
    }
}
