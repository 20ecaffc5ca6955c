using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Evidence;

/// <summary>The proper names of a question, and the words before them.</summary>
internal sealed partial class AskedNames
{
    private readonly IReadOnlyList<(string Name, IReadOnlyList<string> Terms)> _names;
    private readonly IReadOnlyList<Regex> _otherNames;

    private AskedNames(IReadOnlyList<(string Name, IReadOnlyList<string> Terms)> names, IReadOnlyList<Regex> otherNames) =>
        (_names, _otherNames) = (names, otherNames);

    public static AskedNames Of(AskedQuestion question)
    {
        var names = Names(question).Select(name => (name, question.Analyze(name))).Where(name => name.Item2.Count > 0).ToList();
        return new AskedNames(names, [.. Slots(question)]);
    }

    /// <summary>Whether a source contains all names, in any of their forms.</summary>
    public bool AreIn(IReadOnlyList<SourceSentence> source) => _names.All(name =>
        name.Terms.Any(term => source.Any(sentence => sentence.Holds(term) || sentence.Scope.Terms.Any(other => SourceSentence.AreAlike(term, other) || term == other)))
        || source.Any(sentence => IsAbbreviated(name.Name, sentence.Text)));

    /// <summary>Whether a sentence has another name where the question has its own: "the warehouse in Lodz" for "the warehouse in Lyon".</summary>
    public bool ContradictIn(SourceSentence sentence) => _otherNames.Any(slot => slot.Matches(sentence.Text) is { Count: > 0 } matches
        && !matches.Any(match => match.Groups["own"].Success));

    /// <summary>Capitalised words inside the question. German writes every noun so; there it is one without an article.</summary>
    private static IEnumerable<string> Names(AskedQuestion question)
    {
        var pattern = question.Languages.Any(language => language.Name == "de") ? BareNoun() : Capitalised();
        return pattern.Matches(question.Text).Select(name => name.Groups["name"].Value).Distinct();
    }

    private static IEnumerable<Regex> Slots(AskedQuestion question)
    {
        foreach (Match slot in Slot().Matches(question.Text))
        {
            var (noun, link, name) = (slot.Groups["noun"].Value, slot.Groups["link"].Value, slot.Groups["name"].Value);
            if (!question.Languages.Any(language => language.IsFunctionWord(noun))
                && question.Languages.Any(language => language.IsIn(WordKind.Inside, link)))
            {
                yield return new Regex(
                    $@"\b(?i:{Regex.Escape(noun)}\s+{Regex.Escape(link)})\s+((?<own>(?i:{Regex.Escape(name)}))|\p{{Lu}}[\p{{L}}\p{{M}}]+)",
                    RegexOptions.CultureInvariant);
            }
        }
    }

    /// <summary>Whether a text has the words of which a name is the initials, or the initials of a name's words.</summary>
    private static bool IsAbbreviated(string name, string text) => name.Length is >= 2 and <= 5 && name.All(char.IsUpper)
        && Regex.IsMatch(text, @"\b" + string.Join(@"[\p{Ll}]+(\s+(of|and|the|for|de|des|und|der))*[\s-]+", name.ToCharArray()) + @"\p{Ll}+");

    [GeneratedRegex(@"(?<=[\p{L}\p{M}\p{N}][,;:]? [""'“(«]?)(?<name>\p{Lu}[\p{L}\p{M}]+)")]
    private static partial Regex Capitalised();

    [GeneratedRegex(@"\b(in|aus|von|nach|bei|Herrn?|Frau|Firma) (?<name>\p{Lu}[\p{L}\p{M}]+)")]
    private static partial Regex BareNoun();

    [GeneratedRegex(@"(?<noun>[\p{L}\p{M}]{3,}) (?<link>[\p{L}\p{M}]{1,4}) (?<name>[\p{L}\p{M}]{2,})")]
    private static partial Regex Slot();
}
