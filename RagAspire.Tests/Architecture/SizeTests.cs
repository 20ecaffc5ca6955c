using System.Reflection;

namespace RagAspire.Tests.Architecture;

/// <summary>Holds the sizes that keep a file one idea.</summary>
public sealed class SizeTests
{
    private const int LongestLine = 130;
    private const int LongestFile = 300;

    /// <summary>Five are the aim, and no class may get more than the largest one has.</summary>
    private const int MostParameters = 8;

    [Fact]
    public void No_file_is_longer_than_300_lines() =>
        Assert.Empty(Sources().Where(file => File.ReadLines(file).Count() > LongestFile).Select(Named));

    // Lines with a text or a pattern in quotes may be longer, because a text that is cut is hard to search for.
    [Fact]
    public void No_line_of_code_is_longer_than_130_characters() =>
        Assert.Empty(Sources().SelectMany(file => LongLines(File.ReadLines(file)).Select(line => $"{Named(file)}:{line}")));

    /// <summary>Records hold data, and may have more.</summary>
    [Fact]
    public void No_class_takes_more_than_8_parameters() => Assert.Empty(
        Directory.GetDirectories(BuildOutput.RepositoryRoot, "RagAspire.*").Select(Path.GetFileName)
            .Where(project => project is not ("RagAspire.Tests" or "RagAspire.Benchmarks"))
            .SelectMany(project => Assembly.Load(project!).GetTypes())
            .Where(type => type.IsClass && !type.Name.Contains('<') && type.GetMethod("<Clone>$") is null)
            .Where(type => Array.Exists(
                type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic),
                constructor => constructor.GetParameters().Length > MostParameters))
            .Select(type => type.FullName));

    [Fact]
    public void Hosts_fit_on_a_screen()
    {
        Assert.All(new[] { "RagAspire.Api", "RagAspire.Web", "RagAspire.Worker" }, host => Assert.InRange(Lines(host, "Program.cs"), 1, 30));
        Assert.InRange(Lines("RagAspire.AppHost", "AppHost.cs"), 1, 120);
    }

    private static int Lines(string project, string file) =>
        File.ReadLines(Path.Combine(BuildOutput.RepositoryRoot, project, file)).Count();

    private static string Named(string file) => Path.GetRelativePath(BuildOutput.RepositoryRoot, file);

    private static IEnumerable<string> Sources() => Directory.GetDirectories(BuildOutput.RepositoryRoot, "RagAspire.*")
        .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
        .Where(file => !Named(file).Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"));

    private static IEnumerable<int> LongLines(IEnumerable<string> lines)
    {
        var inRawText = false;
        foreach (var (index, line) in lines.Index())
        {
            if (line.Contains("\"\"\"", StringComparison.Ordinal))
            {
                inRawText = !inRawText;
            }
            else if (!inRawText && line.Length > LongestLine && !line.Contains('"'))
            {
                yield return index + 1;
            }
        }
    }
}
