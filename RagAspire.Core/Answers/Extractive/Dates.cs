using System.Globalization;
using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>A date in a text.</summary>
/// <param name="Key">Year, month and day as one number, 0 for what is not said; later dates are greater.</param>
internal readonly record struct FoundDate(int Key, int Start, string Text);

/// <summary>Finds dates in texts, in the languages of the word lists.</summary>
internal static class Dates
{
    private static readonly string[] Abbreviations =
        ["jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "?", "?", "?", "?", "?", "?", "?", "?", "?", "okt", "?", "dez"];

    private static readonly (Regex Name, int Number)[] Months =
    [
        .. QuestionLanguages.All.Where(language => language[WordKind.Months].Count == 12).SelectMany(language =>
            language[WordKind.Months].Select((names, index) => (
                new Regex($"^(?:{string.Join('|', names.Split('/').Select(Regex.Escape))})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant),
                index + 1))),
    ];

    private const string Year = @"(?<y>(?:1[5-9]|20)\d\d)(?!\d)";

    private static readonly string Name = $@"(?<name>{QuestionLanguages.Union(WordKind.Months, isLiteral: true)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|okt|nov|dec|dez)\b)";

    private static readonly Regex Pattern = new(
        $@"(?<!\d)(?:{Year}[-/.](?<m>\d{{1,2}})[-/.](?<d>\d{{1,2}})(?!\d)|(?<y>(?:1[5-9]|20)\d\d)\s?[年년]\s?(?:(?<m>\d{{1,2}})\s?[月월]\s?)?(?:(?<d>\d{{1,2}})\s?[日일号])?|(?<d>\d{{1,2}})[./](?<m>\d{{1,2}})[./]{Year}|(?<d>\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?\s(?:de\s|of\s)?{Name}\.?,?\s(?:de\s)?{Year}|{Name}\.?\s(?<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s{Year}|{Name}\.?,?\s(?:de\s)?{Year}|(?<![\d.,-]){Year}(?![\d,-]|\.\d))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>All dates of a text, in their order; a year alone is one too.</summary>
    public static IEnumerable<FoundDate> In(string text)
    {
        foreach (Match match in Pattern.Matches(text))
        {
            var year = Part(match, "y");
            var month = match.Groups["name"].Success ? Month(match.Groups["name"].Value) : Part(match, "m");
            var day = Part(match, "d");
            if (month > 12)
            {
                (month, day) = (day, month);
            }

            if (month is >= 0 and <= 12 && day <= 31)
            {
                yield return new FoundDate((((year * 100) + month) * 100) + (month > 0 ? day : 0), match.Index, match.Value);
            }
        }
    }

    private static int Part(Match match, string name) =>
        match.Groups[name].Success ? int.Parse(match.Groups[name].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 0;

    /// <summary>By the whole name, else by its beginning.</summary>
    private static int Month(string name) => Months.FirstOrDefault(month => month.Name.IsMatch(name)).Number is > 0 and var number
        ? number
        : (Array.FindIndex(Abbreviations, beginning => name.StartsWith(beginning, StringComparison.OrdinalIgnoreCase)) % 12) + 1;
}
