using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>What tells how new a statement is: a date, the edition, or that one replaces the other.</summary>
/// <param name="Date">From when it is valid, see <see cref="FoundDate"/>; 0 when nothing says so.</param>
/// <param name="Edition">"2.1" of version 2.1; null when nothing says so.</param>
/// <param name="Replaces">What is said to be replaced by it; null when nothing is.</param>
/// <param name="IsReplaced">It is said to be valid no longer.</param>
/// <param name="Shown">The date or the edition as it is written.</param>
internal sealed partial record StatementAge(int Date, Version? Edition, string? Replaces, bool IsReplaced, string? Shown)
{
    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    /// <summary>The characters between "valid from" and its date.</summary>
    private const int Near = 16;

    private static readonly Regex Since = new(QuestionLanguages.Union(WordKind.Since), Loose);
    private static readonly Regex Replacing = new(QuestionLanguages.Union(WordKind.Replaces), Loose);
    private static readonly Regex Replaced = new(QuestionLanguages.Union(WordKind.Replaced), Loose);

    private static readonly Regex Editions = new(
        $@"(?:{QuestionLanguages.Union(WordKind.Edition)})[ ._-]?(?<number>\d+(?:\.\d+)*)|\bv(?<number>\d+(?:\.\d+)*)\b|[第제]\s?(?<number>\d+)\s?[版판]", Loose);

    /// <summary>
    /// The age of a sentence: its own words first, then what stands near it under its headings, then the headings.
    /// </summary>
    public static StatementAge Of(SourceSentence sentence, IReadOnlyList<SourceSentence> source)
    {
        var around = source.Where(other => other.Cells is null && IsAbove(other.Scope.Section, sentence.Scope.Section)).ToList();
        var date = ValidFrom(sentence.Text) ?? Latest(sentence.Text)
            ?? around.Select(other => ValidFrom(other.Text)).FirstOrDefault(found => found is not null)
            ?? Latest(sentence.Scope.Heading);
        var edition = EditionIn(sentence.Text)
            ?? EditionIn(sentence.Scope.Heading)
            ?? around.Where(other => !Replacing.IsMatch(other.Text)).Select(other => EditionIn(other.Text))
                .FirstOrDefault(found => found is not null);
        return new StatementAge(
            date?.Key ?? 0,
            edition?.Number,
            around.FirstOrDefault(other => IsReplacing(other.Text))?.Text,
            around.Exists(other => Replaced.IsMatch(other.Text)),
            date?.Text ?? edition?.Text);
    }

    /// <summary>Greater than 0 when this is the newer one, less when the other is, 0 when nothing tells.</summary>
    public int CompareTo(StatementAge other, SourceSentence own, SourceSentence others)
    {
        if (IsReplaced != other.IsReplaced)
        {
            return IsReplaced ? -1 : 1;
        }

        var (replaces, isReplacedBy) = (Names(Replaces, others, other), Names(other.Replaces, own, this));
        return replaces != isReplacedBy ? (replaces ? 1 : -1)
            : Date > 0 && other.Date > 0 && Date != other.Date ? Date.CompareTo(other.Date)
            : Edition is not null && other.Edition is not null ? Edition.CompareTo(other.Edition)
            : 0;
    }

    /// <summary>
    /// Whether what is replaced is the other one: its date, edition or name is told, or nothing but that it was before.
    /// </summary>
    private static bool Names(string? replaced, SourceSentence other, StatementAge age)
    {
        if (replaced is null)
        {
            return false;
        }

        var rest = replaced[(Replacing.Match(replaced) is { Success: true } match ? match.Index + match.Length : 0)..];
        var dates = Dates.In(rest).Select(date => date.Key / 10_000).ToList();
        if (dates.Count > 0 && age.Date > 0)
        {
            return dates.Contains(age.Date / 10_000);
        }

        return EditionIn(rest) is { } edition && age.Edition is not null
            ? edition.Number == age.Edition
            : Word().Matches(rest).Any(word => other.Scope.Heading.Contains(word.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsReplacing(string text) => Replacing.IsMatch(text) && !Replaced.IsMatch(text);

    private static bool IsAbove(string? section, string? below) =>
        section is null || section == below || below?.StartsWith($"{section} > ", StringComparison.Ordinal) == true;

    private static FoundDate? ValidFrom(string text)
    {
        var dates = Dates.In(text).ToList();
        return dates.Count == 0 ? null : Since.Matches(text)
            .SelectMany(since =>
                dates.Where(date => date.Start >= since.Index && date.Start - since.Index - since.Length <= Near))
            .Select(date => (FoundDate?)date)
            .FirstOrDefault();
    }

    private static FoundDate? Latest(string text) =>
        Replacing.IsMatch(text) ? null : Dates.In(text).OrderByDescending(date => date.Key).Select(date => (FoundDate?)date)
            .FirstOrDefault();

    private static (Version Number, string Text)? EditionIn(string text)
    {
        var match = Editions.Match(text.Replace('_', ' '));
        var number = match.Groups["number"].Value;
        number = number.Contains('.') ? number : $"{number}.0";
        return match.Success && Version.TryParse(number, out var version) ? (version, match.Value.Trim()) : null;
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]{4,}")]
    private static partial Regex Word();
}
