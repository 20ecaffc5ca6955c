namespace RagAspire.Tests.Support;

/// <summary>Finds what the other projects were built to, in the same configuration as the tests.</summary>
internal static class BuildOutput
{
    public static string RepositoryRoot { get; } = FindRoot(AppContext.BaseDirectory);

    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;

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

        throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
