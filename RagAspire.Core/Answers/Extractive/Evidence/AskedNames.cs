using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Evidence;

/// <summary>The proper names of a question, and the words before them.</summary>
internal sealed partial class AskedNames
{
    /// <summary>Shorter names that differ in a letter are different names.</summary>
    private const int LongEnoughForMisspelling = 6;

    private readonly IReadOnlyList<(string Name, IReadOnlyList<string> Terms)> _names;
    private readonly IReadOnlyList<Regex> _otherNames;

    /// <summary>The names that the sources must contain: all when they are compared, else half, as a text may say "the planet".</summary>
    private readonly int _least;

    private AskedNames(IReadOnlyList<(string Name, IReadOnlyList<string> Terms)> names, IReadOnlyList<Regex> otherNames,
        bool areCompared)
    {
        (_names, _otherNames) = (names, otherNames);
        _least = areCompared ? names.Count : (names.Count + 1) / 2;
    }

    public static AskedNames Of(AskedQuestion question)
    {
        var names = Names(question).Select(name => (name, question.Subject(name))).Where(name => name.Item2.Count > 0).ToList();
        return new AskedNames(names, [.. Slots(question)], question.Has(WordKind.Choice) || question.Has(WordKind.Than));
    }

    public bool Any => _names.Count > 0;

    /// <summary>Whether the sources contain the names, in any of their forms.</summary>
    public bool AreIn(SourceSentences sources) => _names.Count(name => IsIn(name, sources)) >= _least;

    private static bool IsIn((string Name, IReadOnlyList<string> Terms) name, SourceSentences sources) =>
        name.Terms.Any(term =>
            sources.All.Any(sentence => sentence.Holds(term) || sentence.Scope.Terms.Any(other => IsForm(term, other))
            || sentence.TermSet.Any(other => IsMisspelt(term, other) || IsPart(term, other)) || IsJoined(term, sentence.Terms)))
        || sources.All.Any(sentence => IsAbbreviated(name.Name, sentence.Text));

    /// <summary>Whether a sentence has another name where the question has its own: "the warehouse in Lodz" for "the warehouse in Lyon".</summary>
    public bool ContradictIn(SourceSentence sentence) =>
        _otherNames.Any(slot => slot.Matches(sentence.Text) is { Count: > 0 } matches
        && !matches.Any(match => match.Groups["own"].Success));

    /// <summary>Capitalised words inside the question. German writes every noun so; there it is one without an article.</summary>
    private static IEnumerable<string> Names(AskedQuestion question)
    {
        var pattern = question.Languages.Any(language => language.Name == "de") ? BareNoun() : Capitalised();
        return pattern.Matches(question.Text).Select(name => name.Groups["name"].Value)
            .Where(name => !question.Languages.Any(language => language.IsFunctionWord(name)))
            .Distinct();
    }

    private static IEnumerable<Regex> Slots(AskedQuestion question)
    {
        foreach (Match slot in Apposition().Matches(question.Text))
        {
            var (noun, name) = (slot.Groups["noun"].Value, slot.Groups["name"].Value);
            if (!question.Languages.Any(language => language.IsFunctionWord(noun) || language.IsFunctionWord(name)))
            {
                yield return new Regex(
                    $@"\b(?i:{Regex.Escape(noun)}) (?:(?<own>(?i:{Regex.Escape(name)}))|\p{{Lu}}[\p{{L}}\p{{M}}]+)|\b(?<own>(?i:{Regex.Escape(name)}))",
                    RegexOptions.CultureInvariant);
            }
        }

        foreach (Match slot in Slot().Matches(question.Text))
        {
            var (noun, link, name) = (slot.Groups["noun"].Value, slot.Groups["link"].Value, slot.Groups["name"].Value);
            if (!question.Languages.Any(language => language.IsFunctionWord(noun) || language.IsFunctionWord(name))
                && question.Languages.Any(language => language.IsIn(WordKind.Inside, link) || language.IsIn(WordKind.Link, link)))
            {
                yield return new Regex(
                    $@"\b(?i:{Regex.Escape(noun)}\s+{Regex.Escape(link)})\s+((?<own>(?i:{Regex.Escape(name)}))|\p{{Lu}}[\p{{L}}\p{{M}}]+)",
                    RegexOptions.CultureInvariant);
            }
        }
    }

    /// <summary>Whether a name is part of a word: Atlantic of transatlantic.</summary>
    private static bool IsPart(string term, string other) =>
        term.Length >= LongEnoughForMisspelling && other.Contains(term, StringComparison.Ordinal);

    /// <summary>Whether a name is written as two words: Superbowl and Super Bowl.</summary>
    private static bool IsJoined(string term, IReadOnlyList<string> terms) =>
        term.Length >= LongEnoughForMisspelling && terms.Zip(terms.Skip(1)).Any(pair =>
            pair.First.Length + pair.Second.Length == term.Length && term.StartsWith(pair.First, StringComparison.Ordinal)
            && term.EndsWith(pair.Second, StringComparison.Ordinal));

    private static bool IsForm(string term, string other) => term == other || SourceSentence.AreAlike(term, other);

    /// <summary>Whether one letter is missing, added, another one, or changed places with its neighbour.</summary>
    private static bool IsMisspelt(string term, string other)
    {
        if (term.Length < LongEnoughForMisspelling - 1 || Math.Abs(term.Length - other.Length) > 1 || term[0] != other[0])
        {
            return false;
        }

        var start = term.AsSpan().CommonPrefixLength(other);
        var rest = term.AsSpan(start);
        var otherRest = other.AsSpan(start);
        var isSwapped = rest.Length > 1 && otherRest.Length > 1
            && rest[0] == otherRest[1] && rest[1] == otherRest[0] && rest[2..].SequenceEqual(otherRest[2..]);
        return isSwapped || (term.Length >= LongEnoughForMisspelling
            && (rest.Length < 2 || otherRest.Length < 2
                ? rest.Length + otherRest.Length <= 2
                : rest[1..].SequenceEqual(otherRest) || rest.SequenceEqual(otherRest[1..])
                    || rest[1..].SequenceEqual(otherRest[1..])));
    }

    /// <summary>Whether a text has the words of which a name is the initials, or the initials with points.</summary>
    private static bool IsAbbreviated(string name, string text) => name.Length is >= 2 and <= 5 && name.All(char.IsUpper)
        && (Regex.IsMatch(text, $@"\b{string.Join(@"[\p{Ll}]+(?:\s+\p{Ll}{2,3})*[\s-]+", name.ToCharArray())}\p{{Ll}}+")
            || text.Contains($"{string.Join('.', name.ToCharArray())}.", StringComparison.Ordinal));

    /// <summary>A name of several words is one.</summary>
    [GeneratedRegex(@"(?<=[\p{L}\p{M}\p{N}][,;:]? [""'“(«]?)(?<name>\p{Lu}[\p{L}\p{M}]+(?: \p{Lu}[\p{L}\p{M}]+)*)")]
    private static partial Regex Capitalised();

    [GeneratedRegex(@"\b(in|aus|von|nach|bei|Herrn?|Frau|Firma) (?<name>\p{Lu}[\p{L}\p{M}]+)")]
    private static partial Regex BareNoun();

    /// <summary>A thing with its name right behind it: "site Lyon".</summary>
    [GeneratedRegex(@"(?<noun>\p{Ll}[\p{L}\p{M}]{2,})(?= (?<name>\p{Lu}[\p{L}\p{M}]+))")]
    private static partial Regex Apposition();

    [GeneratedRegex(@"(?<noun>[\p{L}\p{M}]{3,})(?= (?<link>[\p{L}\p{M}]{1,4}) (?<name>[\p{L}\p{M}]{2,}))")]
    private static partial Regex Slot();
}
