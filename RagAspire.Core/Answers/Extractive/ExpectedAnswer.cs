using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive;

/// <summary>The kind of answer that a question asks for.</summary>
internal enum ExpectedAnswer
{
    Anything,
    Amount,
    Number,
    Time,
    Name,
}

/// <summary>Recognises kinds of answers in questions and sentences, in several languages.</summary>
internal static partial class ExpectedAnswers
{
    /// <summary>Recognises the kind by the words of the question, the most reliable patterns first.</summary>
    public static ExpectedAnswer Of(string question) =>
        Amount().IsMatch(question) ? ExpectedAnswer.Amount
        : Number().IsMatch(question) ? ExpectedAnswer.Number
        : Time().IsMatch(question) ? ExpectedAnswer.Time
        : Name().IsMatch(question) ? ExpectedAnswer.Name
        : ExpectedAnswer.Anything;

    /// <summary>Whether a sentence contains such an answer that is not in the question already.</summary>
    public static bool IsIn(string sentence, ExpectedAnswer expected, string question) => expected switch
    {
        ExpectedAnswer.Amount => HasNew(Money(), sentence, question),
        ExpectedAnswer.Number => HasNew(Quantity(), sentence, question),
        ExpectedAnswer.Time => HasNew(Moment(), sentence, question),
        ExpectedAnswer.Name => HasNew(ProperName(), sentence, question),
        _ => false,
    };

    /// <summary>The noun that a question counts ("employees" in "how many employees"); null for other questions.</summary>
    public static string? Counted(string question) => HowMany().Match(question) is { Success: true } match ? match.Groups["what"].Value : null;

    private static bool HasNew(Regex pattern, string sentence, string question)
    {
        foreach (var match in pattern.EnumerateMatches(sentence))
        {
            if (!question.Contains(sentence.AsSpan(match.Index, match.Length).ToString(), StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>Questions for an amount of money or a percentage, in the language of reports.</summary>
    [GeneratedRegex(
        @"\b(what|which|how (much|large|high|big))\b.*\b(revenues?|sales|income|earnings|eps|profits?|loss(es)?|expenditures?|expenses?|spending|budgets?|salar(y|ies)|dividends?|tax(es)?|debt|assets|liabilities|prices?|costs?|fees?|margins?)\b",
        Loose)]
    private static partial Regex Amount();

    [GeneratedRegex(
        @"[$€£¥]\s?\p{N}[\p{N}.,]*|\p{N}[\p{N}.,]*\s?(%|percent|thousand|million|billion|trillion|dollars?|euros?|pounds?|cents?)",
        Loose)]
    private static partial Regex Money();

    [GeneratedRegex(
        @"\b(how (many|much|far|long|old|large|big|tall|high|often|deep|wide|fast|heavy)|(what|which) (\w+ )?(percent\w*|number|share|amount|ratio|size|population|total|age|rate|price|cost|distance|temperature)|wie ?viele?|wie (hoch|lang|alt|gro[sß]+|weit|oft)|combien|cu[aá]nt[oa]s?|quant[ioae]|сколько|πόσ\w+|kaç|bao nhiêu|câți|câte)\b|كم|多少|几|कितन|เท่าไ|กี่",
        Loose)]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(how many|number of|wie ?viele?|combien de|cu[aá]nt[oa]s|quanti|quante)\s+(?<what>[\p{L}\p{M}-]+)", Loose)]
    private static partial Regex HowMany();

    [GeneratedRegex(
        @"\b(when|(what|which) (\w+ )?(year|date|day|month|decade|century|time)|wann|welche[smn]? (jahr|tag|monat|datum)|quand|quelle (date|année)|cu[aá]ndo|qu[eé] año|quando|когда|в каком году|πότε|ne zaman|khi nào|năm nào|când)\b|متى|什么时候|何时|哪一年|कब|เมื่อ",
        Loose)]
    private static partial Regex Time();

    [GeneratedRegex(
        @"\b(who|whom|whose|where|(what|which) (\w+ )?(person|people|name|team|city|country|company|school|university|group|place|state|river|team|league|player|actor|author|artist)|wer|wen|wem|wo|qui|où|qui[eé]n(es)?|d[oó]nde|chi|dove|кто|где|ποιος|πού|kim|nerede|ai|ở đâu|cine|unde)\b|مَن|أين|谁|哪里|कौन|कहाँ|ใคร|ที่ไหน",
        Loose)]
    private static partial Regex Name();

    [GeneratedRegex(
        @"\p{N}[\p{N}.,]*|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundreds?|thousands?|millions?|billions?|half|third|quarter|dozens?|zero|none|once|twice|daily|weekly|monthly|yearly|annually|every|each|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf|hundert|tausend|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|mille|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|cien|mil)\b|[一二三四五六七八九十百千万两]",
        Loose)]
    private static partial Regex Quantity();

    [GeneratedRegex(
        @"\b(1\d{3}|20\d{2})s?\b|\b(january|february|march|april|may|june|july|august|september|october|november|december|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|octobre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|octubre|diciembre)\b|\b\d{1,2}(st|nd|rd|th)\b|\b\d+ ?(bc|ad|bce|ce)\b|\bcentur(y|ies)\b|\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\p{N}{3,4}",
        Loose)]
    private static partial Regex Moment();

    /// <summary>Capitalised words inside a sentence. Scripts without capitals are not recognised.</summary>
    [GeneratedRegex(@"(?<=\w[,;:]? [""'“(«]?)\p{Lu}[\p{L}\p{M}'’.-]+")]
    private static partial Regex ProperName();
}
