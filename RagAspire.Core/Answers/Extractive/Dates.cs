using System.Globalization;
using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>A date in a text.</summary>
/// <param name="Key">Year, month and day as one number, 0 for what is not said; later dates are greater.</param>
internal readonly record struct FoundDate(int Key, int Start, string Text);

/// <summary>Finds dates in texts, in the languages of the word lists.</summary>
internal static partial class Dates
{
    private static readonly (Regex Name, int Number)[] Months =
    [
        .. QuestionLanguages.All.Where(language => language[WordKind.Months].Count == 12).SelectMany(language =>
            language[WordKind.Months].Select((names, index) => (
                new Regex($"^(?:{string.Join('|', names.Split('/').Select(Regex.Escape))})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant),
                index + 1))),
    ];

    /// <summary>All dates of a text, in their order; a year alone is one too.</summary>
    public static IEnumerable<FoundDate> In(string text)
    {
        foreach (Match match in Pattern().Matches(text))
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

    /// <summary>0 for a word that is no month: the year after it stands alone.</summary>
    private static int Month(string name) => Months.FirstOrDefault(month => month.Name.IsMatch(name)).Number;

    [GeneratedRegex(
        @"(?<!\d)(?:(?<y>(?:1[5-9]|20)\d\d)[-/.](?<m>\d{1,2})[-/.](?<d>\d{1,2})(?!\d)|(?<y>(?:1[5-9]|20)\d\d)\s?[年년]\s?(?:(?<m>\d{1,2})\s?[月월]\s?)?(?:(?<d>\d{1,2})\s?[日일号])?|(?<d>\d{1,2})[./](?<m>\d{1,2})[./](?<y>(?:1[5-9]|20)\d\d)(?!\d)|(?<d>\d{1,2})(?:\.|st|nd|rd|th|er|º)?\s(?:de\s|of\s)?(?<name>[\p{L}\p{M}]+)\.?,?\s(?:de\s)?(?<y>(?:1[5-9]|20)\d\d)(?!\d)|(?<name>[\p{L}\p{M}]+)\.?\s(?<d>\d{1,2})(?:st|nd|rd|th)?,?\s(?<y>(?:1[5-9]|20)\d\d)(?!\d)|(?<name>[\p{L}\p{M}]{3,})\.?\s(?:de\s)?(?<y>(?:1[5-9]|20)\d\d)(?!\d)|(?<![\d.,-])(?<y>(?:1[5-9]|20)\d\d)(?![\d,-]|\.\d))",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
