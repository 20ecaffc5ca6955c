using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace RagAspire.Tests.Monitoring;

/// <summary>The rules, tests, dashboards and runbooks of the repository, read once.</summary>
internal static partial class MonitoringFiles
{
    // Of the tables in docs/metrics.md, those that list series.
    private const int OurColumns = 6;
    private const int TheirColumns = 2;

    private static readonly IDeserializer Yaml = new DeserializerBuilder()
        .WithNamingConvention(UnderscoredNamingConvention.Instance)
        .IgnoreUnmatchedProperties()
        .Build();

    public static string PathOf(params string[] parts) => Path.Combine([BuildOutput.RepositoryRoot, .. parts]);

    public static string Text(params string[] parts) => File.ReadAllText(PathOf(parts));

    public static IReadOnlyList<string> RuleFiles { get; } = Files("prometheus/rules", "*.yml");

    public static IReadOnlyList<string> TestFiles { get; } = Files("prometheus/tests", "*.yml");

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        .. RuleFiles.SelectMany(file => Yaml.Deserialize<RuleFile>(File.ReadAllText(file)).Groups)
            .SelectMany(group => group.Rules),
    ];

    public static IReadOnlyList<Rule> Alerts { get; } = [.. Rules.Where(rule => rule.Alert is not null)];

    public static IReadOnlySet<string> AlertNames { get; } = Alerts.Select(alert => alert.Alert!).ToHashSet();

    /// <summary>What each recorded series is made of; some are made of several rules.</summary>
    public static ILookup<string, string> Recorded { get; } =
        Rules.Where(rule => rule.Record is not null).ToLookup(rule => rule.Record!, rule => rule.Expr);

    public static IReadOnlyList<RuleTest> RuleTests { get; } =
        [.. TestFiles.SelectMany(file => Yaml.Deserialize<TestFile>(File.ReadAllText(file)).Tests)];

    public static IReadOnlyDictionary<string, string> Runbooks { get; } =
        Files("runbooks", "*.md").ToDictionary(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

    public static IReadOnlyList<Dashboard> Dashboards { get; } =
    [
        .. Files("grafana/dashboards", "*.json")
            .Select(file => new Dashboard(file, JsonNode.Parse(File.ReadAllText(file))!.AsObject())),
    ];

    /// <summary>The series of <c>docs/metrics.md</c>, and for the product's own the instrument with its unit.</summary>
    public static IReadOnlyDictionary<string, Listed> Listed { get; } = ReadListed();

    private static List<string> Files(string folder, string pattern) =>
        [.. Directory.GetFiles(PathOf(folder), pattern).Order(StringComparer.Ordinal)];

    private static Dictionary<string, Listed> ReadListed()
    {
        Dictionary<string, Listed> listed = [];
        var rows = Text("docs", "metrics.md").Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(Cells)
            .Where(cells => cells.Count is OurColumns or TheirColumns);
        foreach (var cells in rows)
        {
            foreach (Match name in Quoted().Matches(cells[0]))
            {
                var instrument = cells.Count == OurColumns ? Instrument().Match(cells[1]) : null;
                listed.Add(name.Groups[1].Value, new Listed(
                    name.Groups[1].Value, instrument?.Groups["kind"].Value, instrument?.Groups["name"].Value,
                    cells.Count == OurColumns ? cells[2] : null)
                {
                    Labels = cells.Count == OurColumns
                        ? [.. Backticked().Matches(cells[3]).Select(label => label.Groups[1].Value)] : [],
                    ExportedBy = cells.Count == OurColumns ? cells[5].Split(", ") : [],
                });
            }
        }

        return listed;
    }

    public static IReadOnlyList<string> Cells(string row) =>
    [
        .. UnescapedBar().Split(row.Trim()).Skip(1).SkipLast(1)
            .Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal)),
    ];

    [GeneratedRegex("`([a-zA-Z_:][a-zA-Z0-9_:]*)`")]
    private static partial Regex Quoted();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Backticked();

    [GeneratedRegex("^(?<kind>gauge|counter|histogram) `(?<name>[a-z0-9._]+)`$")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex UnescapedBar();
}
