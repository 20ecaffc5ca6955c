using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>The mark at the beginning of a list's item.</summary>
/// <param name="IsOrdered">A number, a letter, or a step with its number.</param>
internal sealed partial record ListMark(bool IsOrdered)
{
    private static readonly Regex Step = new(
        $@"\G(?:{QuestionLanguages.Union(WordKind.Item)})\s?[\p{{Nd}}一二三四五六七八九十]{{1,3}}(?:步|단계)?\s?[.:：、)–-]?\s?\S", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    /// <summary>The mark of an item that begins at a position, which is the first of its line; null when there is none.</summary>
    public static ListMark? Of(string text, int start)
    {
        var line = text.AsSpan(0, start).TrimEnd(' ').TrimEnd('\t');
        if (!line.IsEmpty && line[^1] is not ('\n' or '\r' or '\f'))
        {
            return null;
        }

        return Number().IsMatch(text, start) || Step.IsMatch(text, start) ? new ListMark(IsOrdered: true)
            : Bullet().IsMatch(text, start) ? new ListMark(IsOrdered: false)
            : null;
    }

    [GeneratedRegex(@"\G\(?(?:\d{1,3}|[a-zA-Z])[.)]\s|\G[①-⑳]|\G[一二三四五六七八九十]{1,3}、|\G\d{1,3}、")]
    private static partial Regex Number();

    [GeneratedRegex(@"\G[-*•‣▪·–—o]\s")]
    private static partial Regex Bullet();
}
