using RagAspire.Tests.Support;

namespace RagAspire.Tests.Client.Guide;

/// <summary>The public packages of Node.js that docs/clients.md names, installed once in a test run.</summary>
internal static class NodePackages
{
    public const string Inspector = "@modelcontextprotocol/inspector@2.12.0";

    private const string OpenAi = "openai@7.59.0";

    private static readonly Lazy<Task<(string Path, string? Failure)>> Installed = new(InstallAsync);

    /// <summary>Makes them available to programs in a directory.</summary>
    /// <returns>Null, or why they are not there: there is no npm, or its registry cannot be reached.</returns>
    public static async Task<string?> LinkAsync(string directory)
    {
        if (!NeededProgram.IsInstalled("npm"))
        {
            return "npm is not on the PATH.";
        }

        var (path, failure) = await Installed.Value;
        if (failure is null)
        {
            Directory.CreateSymbolicLink(Path.Combine(directory, "node_modules"), Path.Combine(path, "node_modules"));
        }

        return failure;
    }

    private static async Task<(string Path, string? Failure)> InstallAsync()
    {
        var directory = TestDirectory.Create("node");
        string[] arguments =
        [
            "install", "--prefix", directory.Path, "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries", "1",
            "--fetch-timeout", "30000", OpenAi, Inspector,
        ];
        await using var install = BackgroundProgram.Start("npm", arguments, [], directory.Path);
        await install.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (directory.Path, install.ExitCode == 0 ? null : install.Output);
    }
}
