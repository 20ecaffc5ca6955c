using System.Text.RegularExpressions;
using RagAspire.Tests.Support;

namespace RagAspire.Tests.Architecture;

/// <summary>Holds the arrows between the folders of the core, and the sizes that keep a file one idea.</summary>
public sealed partial class ArrowTests
{
    // What each folder may use, beside the database and itself. Wiring and health look at everything.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Database"] = [],
        ["Operations"] = [],
        ["Jobs"] = [],
        ["LanguageModels"] = [],
        ["Security"] = ["Operations"],
        ["Documents"] = ["Operations"],
        ["Vectors"] = ["LanguageModels"],
        ["Caching"] = ["Vectors"],
        ["Ingestion"] = ["Documents", "Vectors", "Jobs"],
        ["Search"] = ["Vectors", "Caching"],
        ["Answers"] = ["Search", "Vectors", "Caching", "LanguageModels"],
        ["Quality"] = ["Search", "Vectors", "Operations"],
        ["Health"] = ["Vectors"],
        ["Maintenance"] =
        [
            "Operations", "Jobs", "LanguageModels", "Security", "Documents", "Vectors", "Caching", "Ingestion", "Search", "Answers",
            "Quality", "Health",
        ],
    };

    [Fact]
    public void Folders_of_the_core_use_only_what_they_may()
    {
        var wrong = new List<string>();
        foreach (var file in SourcesOf("RagAspire.Core"))
        {
            var folder = Path.GetRelativePath(Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.Core"), file).Split(Path.DirectorySeparatorChar)[0];
            if (folder.EndsWith(".cs", StringComparison.Ordinal))
            {
                continue;
            }

            Assert.True(Allowed.ContainsKey(folder), $"The folder {folder} has no arrows.");
            wrong.AddRange(UsingOfOurs().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value)
                .Where(used => used != folder && used != "Database" && !Allowed[folder].Contains(used))
                .Select(used => $"{folder} -> {used} in {Path.GetFileName(file)}"));
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void No_file_is_longer_than_300_lines()
    {
        var root = BuildOutput.RepositoryRoot;
        var tooLong = Directory.GetDirectories(root, "RagAspire.*").SelectMany(project => SourcesOf(Path.GetFileName(project)))
            .Where(file => File.ReadLines(file).Count() > 300)
            .Select(file => Path.GetRelativePath(root, file));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void Hosts_fit_on_a_screen()
    {
        Assert.All(new[] { "RagAspire.Api", "RagAspire.Worker" }, host =>
            Assert.InRange(File.ReadLines(Path.Combine(BuildOutput.RepositoryRoot, host, "Program.cs")).Count(), 1, 30));
        Assert.InRange(File.ReadLines(Path.Combine(BuildOutput.RepositoryRoot, "RagAspire.AppHost", "AppHost.cs")).Count(), 1, 120);
    }

    private static IEnumerable<string> SourcesOf(string project) => Directory
        .EnumerateFiles(Path.Combine(BuildOutput.RepositoryRoot, project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"^using RagAspire\.(\w+)", RegexOptions.Multiline)]
    private static partial Regex UsingOfOurs();
}
