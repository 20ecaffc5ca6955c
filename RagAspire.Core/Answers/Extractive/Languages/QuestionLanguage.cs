using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive.Languages;

/// <summary>The words by which questions of one language, and sentences that answer them, are recognised.</summary>
internal sealed class QuestionLanguage
{
    private const RegexOptions Loose = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly WordKind[] Plain =
        [WordKind.Words, WordKind.Endings, WordKind.Counters, WordKind.Digits, WordKind.Months];

    private readonly FrozenDictionary<WordKind, string[]> _entries;
    private readonly Dictionary<WordKind, Regex> _patterns;
    private readonly FrozenSet<string> _words;
    private readonly Regex? _wordsInside;
    private readonly Regex? _countedUnits;

    /// <param name="isUnspaced">Words stand without blanks between them, so they are found anywhere.</param>
    public QuestionLanguage(string name, string script, bool isUnspaced, IReadOnlyDictionary<WordKind, string> lines)
    {
        (Name, Script, IsUnspaced) = (name, script, isUnspaced);
        _entries = lines.ToFrozenDictionary(line => line.Key, line => Split(line.Key, line.Value));
        _patterns = _entries.Where(entry => !Plain.Contains(entry.Key))
            .ToDictionary(entry => entry.Key, entry => Pattern(entry.Value.Select(Stem)));
        _words = this[WordKind.Words].ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _countedUnits = this[WordKind.Counters].Count == 0 ? null : new Regex(
            $@"(?:{string.Join('|', this[WordKind.Counted])})\s?(?:{string.Join('|', this[WordKind.Counters].SelectMany(unit => unit.Split('/')))})", Loose);
        _wordsInside = isUnspaced ? Pattern(this[WordKind.Words].OrderByDescending(word => word.Length).Select(Regex.Escape))
            : null;
    }

    public string Name { get; }

    public string Script { get; }

    public bool IsUnspaced { get; }

    /// <summary>The entries of a kind, in their order; none when the language has none.</summary>
    public IReadOnlyList<string> this[WordKind kind] => _entries.GetValueOrDefault(kind, []);

    public bool IsIn(WordKind kind, string text) => _patterns.TryGetValue(kind, out var pattern) && pattern.IsMatch(text);

    /// <summary>Whether a text begins with one of a kind.</summary>
    public bool StartsWith(WordKind kind, string text) => _patterns.TryGetValue(kind, out var pattern)
        && pattern.Match(text) is { Success: true, Index: 0 };

    /// <summary>The words of a kind in a text.</summary>
    public IEnumerable<string> Matches(WordKind kind, string text) =>
        _patterns.TryGetValue(kind, out var pattern) ? pattern.Matches(text).Select(match => match.Value) : [];

    /// <summary>The entry of a kind of which a text contains the most, and its words there; null when it contains none.</summary>
    public (string Entry, string Words)? Find(WordKind kind, string text) => IsIn(kind, text)
        ? this[kind].Select(entry => (Entry: entry, Words: Regex.Match(text, Bounded(Stem(entry)), Loose).Value))
            .MaxBy(found => found.Words.Length)
        : null;

    /// <summary>Whether a word does not tell the subject of a question.</summary>
    public bool IsFunctionWord(string word) => _words.Contains(word);

    /// <summary>A question without the words of it that a function word of an unspaced language is.</summary>
    public string WithoutWordsInside(string text) => _wordsInside?.Replace(text, " ") ?? text;

    /// <summary>Without what asks for a number of units, such as 多少天.</summary>
    public string WithoutCounted(string text) => _countedUnits?.Replace(text, " ") ?? text;

    /// <summary>Without the endings of words, in languages that have them.</summary>
    public string WithoutEnding(string word)
    {
        var ending = this[WordKind.Endings].Where(ending => word.Length > ending.Length
            && word.EndsWith(ending, StringComparison.Ordinal))
            .MaxBy(ending => ending.Length);
        return ending is null ? word : word[..^ending.Length];
    }

    /// <summary>A pattern with the boundaries of words in this language around it.</summary>
    public string Bounded(string pattern) =>
        IsUnspaced ? $"(?:{pattern})" : @$"(?<![\p{{L}}\p{{M}}\p{{N}}])(?:{pattern})(?![\p{{L}}\p{{M}}\p{{N}}])";

    /// <summary>What stands before the "=" of an entry.</summary>
    public static string Stem(string entry) => entry.Split('=')[0];

    private static string[] Split(WordKind kind, string line) => line.Split(
        Plain.Contains(kind) ? ' ' : ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private Regex Pattern(IEnumerable<string> entries) => new(Bounded(string.Join('|', entries)), Loose);
}
