using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Tests.Monitoring;

/// <summary>Finds the series that a PromQL expression queries, and the numbers that it compares with.</summary>
internal static partial class PromQl
{
    private static readonly HashSet<string> Words = ["and", "or", "unless", "bool", "offset"];

    /// <summary>The series that are asked for, histograms without their suffix.</summary>
    public static IReadOnlySet<string> Series(string expression)
    {
        var bare = Grouping().Replace(Braces().Replace(Quoted().Replace(Variable().Replace(expression, "1"), ""), ""), "");
        return Name().Matches(Range().Replace(bare, "")).Select(match => match.Value)
            .Where(name => !Words.Contains(name)).Select(WithoutSuffix).ToHashSet();
    }

    /// <summary>The same, with what is recorded replaced by what it is made of.</summary>
    public static IReadOnlySet<string> SeriesBelow(string expression) => Series(expression)
        .SelectMany(series => MonitoringFiles.Recorded.Contains(series)
            ? MonitoringFiles.Recorded[series].SelectMany(SeriesBelow)
            : [series])
        .ToHashSet();

    /// <summary>The numbers that an expression, or what is recorded for it, compares with.</summary>
    public static IReadOnlySet<double> Limits(string expression) => Comparison().Matches(expression)
        .Select(match => match.Groups["number"].Value.Split('*').Aggregate(1d, (product, factor) =>
            product * double.Parse(factor.Trim(), CultureInfo.InvariantCulture)))
        .Concat(Series(expression).SelectMany(series => MonitoringFiles.Recorded[series]).SelectMany(Limits))
        .ToHashSet();

    private static string WithoutSuffix(string name)
    {
        var known = MonitoringFiles.Listed;
        return Suffix().Match(name) is { Success: true } suffix && !known.ContainsKey(name)
            && known.ContainsKey(name[..suffix.Index])
            ? name[..suffix.Index]
            : name;
    }

    [GeneratedRegex("""\$__rate_interval|\$\w+""")]
    private static partial Regex Variable();

    [GeneratedRegex(""" "(\\.|[^"\\])*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[^\]]*\]|\boffset\s+\d+[smhdw]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<![\w:.])[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Name();

    [GeneratedRegex("_(bucket|count|sum)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"[<>]=?\s*(bool\s+)?(?<number>\d[\d.]*(e\d+)?(\s*\*\s*\d[\d.]*)*)(?!\s*[*\d.])")]
    private static partial Regex Comparison();
}
