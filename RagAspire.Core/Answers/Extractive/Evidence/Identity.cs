using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Evidence;

/// <summary>A code, or a number with the word that it belongs to: what tells one thing from others of its kind.</summary>
/// <param name="Family">What it shares with its like: "ERR" of ERR-1234, "invoice" of invoice 7003, <see cref="Year"/>.</param>
/// <param name="Value">What tells it apart, without the signs between: "ERR1234", "7003".</param>
/// <param name="Text">As it is written.</param>
internal readonly partial record struct Identity(string Family, string Value, string Text)
{
    public const string Year = "#year";

    /// <summary>
    /// It must be in the evidence: codes and long numbers have no other form. Of others it is enough that none contradicts.
    /// </summary>
    public bool IsTelling => Family != Year && Value.Length >= 4;

    /// <summary>The codes, numbered things and years of a text.</summary>
    public static IEnumerable<Identity> Of(string text)
    {
        foreach (Match run in Run().Matches(text))
        {
            if (IsCode(run.Value))
            {
                yield return OfCode(run.Value);
            }
        }

        foreach (Match pair in SpacedCode().Matches(text))
        {
            yield return OfCode(pair.Value);
        }

        foreach (Match pair in Labelled().Matches(text))
        {
            var (label, number) = (pair.Groups["label"].Value, Number(pair.Groups["number"].Value));
            if (!IsFunctionWord(label) && !Month.IsMatch(label))
            {
                yield return new Identity(FamilyOf(label), number, pair.Groups["number"].Value);
            }
        }

        foreach (Match year in FourDigits().Matches(text))
        {
            yield return new Identity(Year, year.Value, year.Value);
        }
    }

    /// <summary>Those of a question. Whether something is 3 years old asks for no thing with the number 3.</summary>
    public static IEnumerable<Identity> Asked(AskedQuestion question) => Of(question.Has(WordKind.YesNo)
        ? Quantity().Replace(question.Text, "")
        : question.Text);

    /// <summary>All numbers and codes of a text, whatever stands before them.</summary>
    public static IEnumerable<string> Values(string text) => Digits().Matches(text).Select(digits => Number(digits.Value))
        .Concat(Of(text).Select(identity => identity.Value))
        .Concat(Words().Matches(text).Select(word => Numerals.GetValueOrDefault(word.Value)).OfType<string>());

    /// <summary>A number as it is compared: without the signs that group its digits, and without leading zeros.</summary>
    private static string Number(string digits) =>
        Grouping().Replace(digits, "").TrimStart('0') is { Length: > 0 } number ? number.TrimEnd('.', ',', '-', '/') : "0";

    private static Identity OfCode(string run)
    {
        var value = Joints().Replace(run, "").ToUpperInvariant();
        var letters = value.AsSpan().IndexOfAnyInRange('0', '9');
        return new Identity(letters > 0 ? value[..letters] : "#", value, run);
    }

    private static bool IsCode(string run) =>
        run.AsSpan().ContainsAnyInRange('0', '9') && (Coded().IsMatch(run) || Parts().IsMatch(run)) && !Uncoded().IsMatch(run);

    /// <summary>
    /// Plurals and endings do not make another family; in scripts without blanks only the end of the run is the label.
    /// </summary>
    private static string FamilyOf(string label) => label[^1] >= '\u3040' && label.Length > 2 && !char.IsUpper(label[0])
        && !char.IsLower(label[0])
        ? label[^2..]
        : label.ToLowerInvariant().TrimEnd('s');

    private static bool IsFunctionWord(string word) => QuestionLanguages.All.Any(language => language.IsFunctionWord(word));

    /// <summary>The numbers that are written as words. One is an article in many languages.</summary>
    private static readonly FrozenDictionary<string, string> Numerals = QuestionLanguages.All
        .SelectMany(language => language[WordKind.Digits].Skip(1)
            .SelectMany((words, index) => words.Split('/').Select(word => (word, index + 2))))
        .DistinctBy(numeral => numeral.word)
        .ToFrozenDictionary(
            numeral => numeral.word, numeral => numeral.Item2.ToString(CultureInfo.InvariantCulture),
                StringComparer.OrdinalIgnoreCase);

    private static readonly Regex Month = new(
        $"^(?:{QuestionLanguages.Union(WordKind.Months, isLiteral: true)})$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [GeneratedRegex(@"(?<![\p{Lu}\p{Ll}\p{M}\p{Nd}])[\p{Lu}\p{Ll}\p{Nd}]+(?:[-_./#][\p{Lu}\p{Ll}\p{Nd}]+)*")]
    private static partial Regex Run();

    /// <summary>Letters before digits ("ERR-1234", "K9"), or digits with capital letters ("4F-22").</summary>
    [GeneratedRegex(@"^\p{L}{1,12}[-_./#]?\p{Nd}|^\p{Nd}.*\p{Lu}|^\p{Lu}.*\p{Nd}")]
    private static partial Regex Coded();

    /// <summary>Numbers of several parts that are neither a date nor a range.</summary>
    [GeneratedRegex(@"^\d+(\.\d+){2,}$|^\d+(-\d+){3,}$")]
    private static partial Regex Parts();

    /// <summary>Years, ordinals, quantities with a unit, dates and words with a number in them.</summary>
    [GeneratedRegex(@"^(mid|pre|post|early|late|non|ex|anti)-|^\d[\d.,]*(st|nd|rd|th|s|k?[gmlWVAJB]|[kMGT]i?[BWb]|[kMG]?Hz|kWh|bn|M|K|C|F|D)$|^\d+(-\p{L}+)+$|^\d{1,2}\.\d{1,2}\.\d{2,4}$|^\d+(st|nd|rd|th)-", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uncoded();

    /// <summary>Capital letters and a number: "RFC 7231", "EN 1090-2".</summary>
    [GeneratedRegex(@"(?<![\p{L}\p{Nd}-])\p{Lu}{2,6} \p{Nd}[\p{Nd}]*(?:[-./]\p{Nd}+)*(?![\p{L}\p{Nd}])")]
    private static partial Regex SpacedCode();

    [GeneratedRegex(@"(?<label>\p{L}[\p{L}\p{M}'’]*)(?: ?[:#№] ?| (?:no|nr|nº|n°|num|number|nummer|numéro|número|numero)\.? | )?(?<![\p{Lu}\p{Ll}])(?<number>\p{Nd}[\p{Nd}.,/]*)(?![\p{Lu}\p{Ll}%])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"(?<![\p{Nd}\p{Lu}\p{Ll}.,/-])(1[5-9]|20)\d{2}(?![\p{Nd}\p{Lu}\p{Ll}])")]
    private static partial Regex FourDigits();

    [GeneratedRegex(@"\p{Nd}+(?:[.,'’]\p{Nd}+)*")]
    private static partial Regex Digits();

    [GeneratedRegex(@"[,'’](?=\p{Nd}{3}(?!\p{Nd}))")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<= )\p{Nd}[\p{Nd}.,]*(?= \p{Ll})")]
    private static partial Regex Quantity();

    [GeneratedRegex(@"[\p{L}\p{M}]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"[-_./# ]")]
    private static partial Regex Joints();
}
