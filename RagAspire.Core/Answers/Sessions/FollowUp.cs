using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Sessions;

/// <summary>
/// What to search for when a question continues a session. "And when was it opened?" finds nothing alone; a question about
/// something new finds less together with the one before.
/// </summary>
internal static partial class FollowUp
{
    /// <summary>A shorter question that names nothing is hardly whole.</summary>
    private const int ShortQuestion = 6;

    /// <summary>
    /// A pronoun among so many words speaks of the question before; a later one speaks of what this question has named.
    /// </summary>
    private const int Beginning = 8;

    private static readonly FrozenSet<string> Pronouns = Words("""
        it its itself they them their theirs he him his she her hers this these those same latter former such
        er ihn ihm ihr ihre ihren ihrem ihrer sie dessen deren davon damit dafür daran darin dort diese dieser dieses diesen diesem
        elle elles ils lui leur leurs celui celle ceux celles cela cette ces
        él ella ellos ellas su sus esto eso ese esa esos esas estos estas aquel
        lui lei loro esso essa essi suo sua suoi sue questo questa questi queste quello quella
        ele ela eles elas dele dela deles delas isso isto esse essa esses essas
        hij hem haar hun zij ervan daarvan daar deze dit
        on ona oni one jego jej ich jemu nim tym tego tej ten
        он она они его её ее их ему ей им этот эта это эти там
        """);

    private static readonly FrozenSet<string> Beginnings = Words("""
        and but or also und aber oder auch et mais ou y pero o e ma mas en maar i a ale и а но
        """);

    /// <summary>The question after those that it continues, back to one that is understood alone.</summary>
    /// <param name="history">Earlier turns, oldest first.</param>
    public static string SearchText(string question, IReadOnlyList<SessionTurn> history)
    {
        var text = question;
        for (var (next, turn) = (question, history.Count - 1); turn >= 0 && IsOne(next); turn--)
        {
            next = history[turn].Question;
            text = $"{next} {text}";
        }

        return text;
    }

    /// <summary>Whether a question cannot be understood alone.</summary>
    public static bool IsOne(string question)
    {
        var words = Word().Matches(question).Select(word => word.Value).ToList();
        if (words.Count == 0 || Beginnings.Contains(words[0].ToLowerInvariant()))
        {
            return true;
        }

        for (var at = 0; at < Math.Min(words.Count, Beginning); at++)
        {
            if (at > 0 && IsName(words[at]))
            {
                return false;
            }

            if (Pronouns.Contains(words[at].ToLowerInvariant()))
            {
                return true;
            }
        }

        return words.Count < ShortQuestion && !words.Skip(1).Any(IsName);
    }

    /// <summary>Capitalised, or with a digit. The first word of a question is always capitalised.</summary>
    private static bool IsName(string word) => char.IsUpper(word[0]) || word.Any(char.IsDigit);

    private static FrozenSet<string> Words(string text) =>
        text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}]+")]
    private static partial Regex Word();
}
