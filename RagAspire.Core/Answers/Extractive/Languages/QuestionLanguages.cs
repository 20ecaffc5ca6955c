using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace RagAspire.Answers.Extractive.Languages;

/// <summary>The languages of questions, read from the word lists beside this class.</summary>
internal static partial class QuestionLanguages
{
    private static readonly FrozenDictionary<string, Regex> Scripts = new Dictionary<string, Regex>
    {
        ["cyrillic"] = new(@"\p{IsCyrillic}"),
        ["greek"] = new(@"\p{IsGreek}"),
        ["arabic"] = new(@"\p{IsArabic}"),
        ["devanagari"] = new(@"\p{IsDevanagari}"),
        ["thai"] = new(@"\p{IsThai}"),
        ["hangul"] = new(@"\p{IsHangulSyllables}"),
        ["kana"] = new(@"\p{IsHiragana}|\p{IsKatakana}"),
        ["han"] = new(@"^(?=.*\p{IsCJKUnifiedIdeographs})[^\p{IsHiragana}\p{IsKatakana}\p{IsHangulSyllables}]*$", RegexOptions.Singleline),
    }.ToFrozenDictionary();

    public static IReadOnlyList<QuestionLanguage> All { get; } = Read();

    public static QuestionLanguage English { get; } = All.Single(language => language.Name == "en");

    /// <summary>
    /// The languages of a question: by its scripts, and of those in Latin letters the ones with most of its words. English
    /// where nothing tells.
    /// </summary>
    public static IReadOnlyList<QuestionLanguage> Of(string question)
    {
        var found = All.Where(language => Scripts.TryGetValue(language.Script, out var script) && script.IsMatch(question))
            .ToList();
        var words = Word().Matches(question).Select(word => word.Value).ToList();
        var votes = All.Where(language => language.Script == "latin")
            .Select(language => (Language: language, Votes: words.Count(language.IsFunctionWord)))
            .ToList();
        var most = votes.Max(vote => vote.Votes);
        found.AddRange(votes.Where(vote => most > 0 && vote.Votes == most).Select(vote => vote.Language));
        return found.Count > 0 ? found : [English];
    }

    /// <summary>
    /// One pattern for the entries of a kind in all languages: sentences need not have the language of the question.
    /// </summary>
    public static string Union(WordKind kind, bool isLiteral = false) => string.Join('|', All
        .Where(language => language[kind].Count > 0)
        .Select(language => language.Bounded(string.Join('|', language[kind]
            .SelectMany(entry => isLiteral ? entry.Split('/') : [QuestionLanguage.Stem(entry)])
            .Select(entry => isLiteral ? Regex.Escape(entry) : entry)))));

    private static List<QuestionLanguage> Read()
    {
        var assembly = typeof(QuestionLanguages).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream("RagAspire.Answers.Extractive.Languages.question-words.txt")!);
        var languages = new List<QuestionLanguage>();
        var (name, script, isUnspaced) = ("", "", false);
        var lines = new Dictionary<WordKind, string>();
        var last = WordKind.Words;
        while (reader.ReadLine() is { } line)
        {
            if (Section().Match(line) is { Success: true } section)
            {
                AddTo(languages);
                (name, script, isUnspaced) = (section.Groups["name"].Value, section.Groups["script"].Value, section.Groups["unspaced"].Success);
                lines = [];
            }
            else if (line.StartsWith(' '))
            {
                lines[last] += line;
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                var parts = line.Split(": ", 2);
                last = Enum.Parse<WordKind>(parts[0], ignoreCase: true);
                lines[last] = parts[1];
            }
        }

        AddTo(languages);
        return languages;

        void AddTo(List<QuestionLanguage> all)
        {
            if (name.Length > 0)
            {
                all.Add(new QuestionLanguage(name, script, isUnspaced, lines));
            }
        }
    }

    [GeneratedRegex(@"^\[(?<name>\w+)\] (?<script>\w+)(?<unspaced> unspaced)?$")]
    private static partial Regex Section();

    [GeneratedRegex(@"[\p{L}\p{M}]+")]
    private static partial Regex Word();
}
