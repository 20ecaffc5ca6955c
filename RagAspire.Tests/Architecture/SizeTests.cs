using System.Text.RegularExpressions;

namespace RagAspire.Tests.Architecture;

/// <summary>Holds the sizes that keep a file one idea.</summary>
public sealed partial class SizeTests
{
    private const int LongestLine = 150;
    private const int LongestFile = 300;

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Assert.Empty(Sources().Where(file => File.ReadLines(file).Count() > LongestFile).Select(Named));

    // The .editorconfig asks for 130; texts and patterns in quotes may be longer.
    [Fact]
    public void No_line_is_longer_than_150_characters_without_its_literals() => Assert.Empty(
        Sources().SelectMany(file => File.ReadLines(file).Index()
            .Where(line => Literal().Replace(line.Item, "").Length > LongestLine)
            .Select(line => $"{Named(file)}:{line.Index + 1}")));

    [Fact]
    public void Hosts_fit_on_a_screen()
    {
        Assert.All(new[] { "RagAspire.Api", "RagAspire.Worker" }, host => Assert.InRange(Lines(host, "Program.cs"), 1, 30));
        Assert.InRange(Lines("RagAspire.AppHost", "AppHost.cs"), 1, 120);
    }

    private static int Lines(string project, string file) =>
        File.ReadLines(Path.Combine(BuildOutput.RepositoryRoot, project, file)).Count();

    private static string Named(string file) => Path.GetRelativePath(BuildOutput.RepositoryRoot, file);

    private static IEnumerable<string> Sources() => Directory.GetDirectories(BuildOutput.RepositoryRoot, "RagAspire.*")
        .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
        .Where(file => !Named(file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"));

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Literal();
}
