using System.Globalization;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Citations;

/// <summary>Parses the content of brackets as citations, in the many forms that models write.</summary>
internal static partial class CitationMark
{
    private const string Source = @"(sources?|src|quellen?|fuentes?|fonti|fontes?|bron|references?|refs?|documents?|docs?)";
    private static readonly string[] Leads =
        ["source", "src", "quelle", "fuente", "fonti", "fonte", "bron", "ref", "doc", "see ", "from ", "siehe ", "vgl"];

    private const string Item = @"\d{1,4}(\s*[-–—]\s*\d{1,4})?";
    private const string Items = Item + @"(\s*([,;/&]|and|und|et|y|e)\s*" + Source + @"?\s*[:#]?\s*" + Item + ")*";

    /// <summary>The cited numbers in their order, each once; null when the content is no citation.</summary>
    /// <param name="content">Without the brackets.</param>
    /// <param name="isRound">Round brackets need a word to be a citation: "(source 1)", not "(1)".</param>
    public static List<int>? Read(string content, bool isRound, int sourceCount)
    {
        var match = (isRound ? Round() : Square()).Match(content);
        if (!match.Success)
        {
            return null;
        }

        var numbers = new List<int>();
        foreach (Match item in Range().Matches(match.Groups["items"].Value))
        {
            var first = Number(item.Groups["first"].Value);
            var last = item.Groups["last"].Success ? Number(item.Groups["last"].Value) : first;
            for (var number = Math.Max(1, first); number <= Math.Min(last, sourceCount); number++)
            {
                if (!numbers.Contains(number))
                {
                    numbers.Add(number);
                }
            }
        }

        return numbers;
    }

    /// <summary>Whether the beginning of round brackets can still become a citation.</summary>
    public static bool MayCite(string content)
    {
        var begun = content.AsSpan().TrimStart();
        foreach (var lead in Leads)
        {
            var common = Math.Min(lead.Length, begun.Length);
            if (begun[..common].Equals(lead.AsSpan(0, common), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return begun.IsEmpty;
    }

    private static int Number(string digits) =>
        digits.Aggregate(0, (number, digit) => (number * 10) + CharUnicodeInfo.GetDecimalDigitValue(digit));

    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"^\s*\^?((see|from|siehe|vgl\.?)\s+)?(" + Source + @"|nr\.?|no\.?)?\s*[:#]?\s*(?<items>" + Items + @")\s*([†:|].*)?$", Loose)]
    private static partial Regex Square();

    [GeneratedRegex(@"^\s*((see|from|siehe|vgl\.?)\s+)?" + Source + @"\s*[:#]?\s*(?<items>" + Items + @")\s*$", Loose)]
    private static partial Regex Round();

    [GeneratedRegex(@"(?<first>\d{1,4})(\s*[-–—]\s*(?<last>\d{1,4}))?", Loose)]
    private static partial Regex Range();
}
