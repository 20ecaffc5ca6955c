using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>The kind of answer that a question asks for.</summary>
internal enum ExpectedAnswer
{
    Anything,
    Amount,
    Number,
    Time,
    Place,
    Name,
}

/// <summary>Recognises kinds of answers in questions and sentences, in the languages of the word lists.</summary>
internal static partial class ExpectedAnswers
{
    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Regex Quantity = new(
        $@"\p{{N}}[\p{{N}}.,]*|{QuestionLanguages.Union(WordKind.Digits, isLiteral: true)}|{QuestionLanguages.Union(WordKind.Amounts)}", Loose);

    private static readonly Regex Moment = new(
        $@"\b(1\d{{3}}|20\d{{2}})s?\b|{QuestionLanguages.Union(WordKind.Months, isLiteral: true)}|\b\d{{1,2}}(st|nd|rd|th)\b|\b\d+ ?(bc|ad|bce|ce)\b|\bcentur(y|ies)\b|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\p{{N}}{{3,4}}|[\p{{N}}一二三四五六七八九十]+[年月日号点時]|[0-2]?\d[:.h][0-5]\d",
        Loose);

    /// <summary>A word for being somewhere before a name, or before anything in scripts without capitals.</summary>
    private static readonly Regex Location = new(
        $@"(?i:{QuestionLanguages.Union(WordKind.Inside)})(\s+\w+)?\s*(\p{{Lu}}[\p{{L}}\p{{M}}'’.-]+|\p{{Lo}})|{QuestionLanguages.Union(WordKind.Located)}", RegexOptions.CultureInvariant);

    /// <summary>Recognises the kind by the words of the question, the most reliable patterns first.</summary>
    public static ExpectedAnswer Of(string question)
    {
        var languages = QuestionLanguages.Of(question);
        return Amount().IsMatch(question) ? ExpectedAnswer.Amount
            : Asks(WordKind.Number) ? ExpectedAnswer.Number
            : Asks(WordKind.Time) ? ExpectedAnswer.Time
            : Asks(WordKind.Place) ? ExpectedAnswer.Place
            : Asks(WordKind.Person) ? ExpectedAnswer.Name
            : ExpectedAnswer.Anything;

        bool Asks(WordKind kind) => languages.Any(language => language.IsIn(kind, question));
    }

    /// <summary>How well a sentence contains such an answer that is not in the question already: 0 to 1.</summary>
    public static double Share(string sentence, ExpectedAnswer expected, string question) => expected switch
    {
        ExpectedAnswer.Amount => HasNew(Money(), sentence, question) ? 1 : 0,
        ExpectedAnswer.Number => HasNew(Quantity, sentence, question) ? 1 : 0,
        ExpectedAnswer.Time => HasNew(Moment, sentence, question) ? 1 : 0,
        ExpectedAnswer.Name when HasNew(Title(), sentence, question) || HasNew(ProperName(), Location.Replace(sentence, " "), question) => 1,
        ExpectedAnswer.Name => HasNew(ProperName(), sentence, question) ? .75 : 0,
        ExpectedAnswer.Place => HasNew(Location, sentence, question) ? 1 : HasNew(ProperName(), sentence, question) ? .75 : 0,
        _ => 0,
    };

    /// <summary>What a question counts ("employees" in "how many employees"); null for other questions.</summary>
    public static CountedThing? Counted(string question)
    {
        foreach (var language in QuestionLanguages.Of(question).Where(language => language[WordKind.Counted].Count > 0))
        {
            var counted = string.Join('|', language[WordKind.Counted]);
            var counters = string.Join('|', language[WordKind.Counters].SelectMany(unit => unit.Split('/')).Select(Regex.Escape));
            if (counters.Length > 0 && Regex.Match(question, $@"(?:{counted})\s*(?<what>{counters})", Loose) is { Success: true } unit)
            {
                return new CountedThing(language[WordKind.Counters].First(units => units.Split('/').Contains(unit.Groups["what"].Value)), IsUnit: true);
            }

            if (!language.IsUnspaced
                && Regex.Match(question, $@"\b(?:{counted})\s*(?<what>[\p{{L}}\p{{M}}-]+)", Loose) is { Success: true } noun)
            {
                return new CountedThing(noun.Groups["what"].Value, IsUnit: false);
            }
        }

        return null;
    }

    private static bool HasNew(Regex pattern, string sentence, string question)
    {
        foreach (var match in pattern.EnumerateMatches(sentence))
        {
            var found = sentence.AsSpan(match.Index, match.Length);
            if (!question.AsSpan().Contains(found, StringComparison.OrdinalIgnoreCase)
                || (char.IsDigit(found[0]) && !Regex.IsMatch(question, $@"(?<!\p{{N}}){Regex.Escape(found.ToString())}(?!\p{{N}})")))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Questions for an amount of money or a percentage, in the language of reports.</summary>
    [GeneratedRegex(
        @"\b(what|which|how (much|large|high|big))\b.*\b(revenues?|sales|income|earnings|eps|profits?|loss(es)?|expenditures?|expenses?|spending|budgets?|salar(y|ies)|dividends?|tax(es)?|debt|assets|liabilities|prices?|costs?|fees?|margins?)\b",
        Loose)]
    private static partial Regex Amount();

    [GeneratedRegex(
        @"[$€£¥]\s?\p{N}[\p{N}.,]*|\p{N}[\p{N}.,]*\s?(%|percent|thousand|million|billion|trillion|dollars?|euros?|pounds?|cents?)",
        Loose)]
    private static partial Regex Money();

    /// <summary>Capitalised words inside a sentence.</summary>
    [GeneratedRegex(@"(?<=\w[,;:]? [""'“(«]?)\p{Lu}[\p{L}\p{M}'’.-]+")]
    private static partial Regex ProperName();

    /// <summary>A title of address, where names have no capitals.</summary>
    [GeneratedRegex(@"\p{Lo}+(先生|女士|小姐|博士|教授|氏|さん|様|씨|님)|(السيد|السيدة|الدكتور|الدكتورة|المهندس|श्री|श्रीमती|डॉ\.?) ?[\p{L}\p{M}]+")]
    private static partial Regex Title();
}
