using System.Text.RegularExpressions;
using RagAspire.Diagnosis;
using RagAspire.Tests.Monitoring;

namespace RagAspire.Tests.Diagnosis;

/// <summary>The catalogue of findings is complete, free of contradictions, and documented page by page.</summary>
public sealed partial class FindingCatalogTests
{
    private static bool Follows(string consequence, string cause) => FindingRanking.Explains(cause, consequence);

    private static readonly string[] Sections = ["What it means", "Impact", "Causes", "Check by hand", "What to do"];

    private static readonly string Folder = MonitoringFiles.PathOf("docs", "diagnostics");

    public static TheoryData<string> Codes => [.. FindingCatalog.All.Select(definition => definition.Code)];

    [Fact]
    public void Codes_are_unique_and_well_formed()
    {
        Assert.Distinct(FindingCatalog.All.Select(definition => definition.Code));
        Assert.All(FindingCatalog.All, definition => Assert.Matches("^RAG-D[0-9]{3}$", definition.Code));
    }

    [Fact]
    public void Titles_are_unique() => Assert.Distinct(FindingCatalog.All.Select(definition => definition.Title));

    [Fact]
    public void A_finding_explains_only_findings_that_exist()
    {
        var known = FindingCatalog.All.Select(definition => definition.Code).ToHashSet();
        Assert.All(FindingCatalog.All, definition => Assert.All(definition.Explains, code => Assert.Contains(code, known)));
    }

    [Fact]
    public void No_finding_explains_itself_also_not_by_others() =>
        Assert.All(FindingCatalog.All, definition =>
            Assert.False(FindingRanking.Explains(definition.Code, definition.Code), definition.Code));

    [Fact]
    public void Of_any_two_troubles_with_all_that_follows_from_them_the_two_are_the_first_findings()
    {
        var codes = FindingCatalog.All.Select(definition => definition.Code).ToList();
        foreach (var (one, other) in codes.SelectMany(one => codes.Select(other => (one, other))))
        {
            string[] pair = [one, other];
            if (string.CompareOrdinal(one, other) < 0 && !Follows(one, other) && !Follows(other, one))
            {
                var observed = codes.Where(code => pair.Contains(code) || pair.Any(cause => Follows(code, cause)));
                var found = FindingRanking.Rank(observed.Reverse().Select(code => new Observation(code, "It is so.", [])));
                Assert.Equal(pair, found.Take(2).Select(finding => finding.Code).Order(StringComparer.Ordinal));
                Assert.All(found.Skip(2), finding => Assert.Contains(finding.SuppressedBy, pair));
            }
        }
    }

    [Fact]
    public void Each_finding_has_a_page_and_each_page_a_finding() => Assert.Equal(
        FindingCatalog.All.Select(definition => $"{definition.Code}.md").Order(StringComparer.Ordinal),
        Directory.GetFiles(Folder, "*.md").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_page_says_what_the_finding_says(string code)
    {
        var definition = FindingCatalog.Of(code);
        var page = File.ReadAllText(Path.Combine(Folder, $"{code}.md"));
        Assert.StartsWith($"# {code}: {definition.Title}\n", page, StringComparison.Ordinal);
        Assert.Equal(Sections, Heading().Matches(page).Select(heading => heading.Groups["title"].Value));
        Assert.All(Sections, section => Assert.True(Text(page, section).Length > 10, $"{code}: {section} is empty"));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_finding_says_what_it_does_to_users_why_and_what_to_do(string code)
    {
        var definition = FindingCatalog.Of(code);
        Assert.NotEmpty(definition.Actions);
        Assert.All(
            [definition.Impact, definition.Cause, .. definition.Actions],
            sentence => Assert.Matches(@"^[A-Z].*\.$", sentence));
    }

    private static string Text(string page, string section) => page
        .Split($"## {section}\n")[1].Split("\n## ")[0].Trim();

    [GeneratedRegex("^## (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
