using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>
/// Of two statements about the same thing the newer one comes first, and the other is mentioned as the earlier one.
/// </summary>
internal static class DatedAnswer
{
    /// <summary>The least score of the other statement, as a share of the best one's.</summary>
    private const double GoodEnough = .6;

    /// <summary>The share of terms, without numbers, that two statements about the same thing have in common.</summary>
    private const double SameThing = .7;

    /// <summary>
    /// The newest statement and the next older one; null when there is one statement only, or nothing tells its age.
    /// </summary>
    public static IReadOnlyList<AnswerPart>? Find(AskedQuestion question, IReadOnlyList<ScoredSentence> candidates,
        SourceSentences sources)
    {
        var best = candidates[0];
        var rivals = candidates.Skip(1)
            .TakeWhile(candidate => candidate.Score >= best.Score * GoodEnough)
            .Where(candidate => IsAboutTheSame(best.Sentence, candidate.Sentence))
            .Select(candidate => candidate.Sentence)
            .ToList();
        if (rivals.Count == 0)
        {
            return null;
        }

        var statements = rivals.Prepend(best.Sentence).Select(sentence => (Sentence: sentence, Age: Age(sentence))).ToList();
        var newest = statements[0];
        foreach (var statement in statements.Skip(1))
        {
            newest = statement.Age.CompareTo(newest.Age, statement.Sentence, newest.Sentence) > 0 ? statement : newest;
        }

        var older = statements
            .Where(statement => newest.Age.CompareTo(statement.Age, newest.Sentence, statement.Sentence) > 0)
            .OrderByDescending(statement => statement.Age.Date)
            .ToList();
        return older.Count == 0 ? null
            : [new AnswerPart(newest.Sentence), new AnswerPart(older[0].Sentence, Lead(question, older[0].Age))];

        StatementAge Age(SourceSentence sentence) => StatementAge.Of(sentence, sources.BySource[sentence.Number - 1]);
    }

    private static string Lead(AskedQuestion question, StatementAge age)
    {
        var earlier = question.Languages.Select(language => language[WordKind.Earlier]).FirstOrDefault(words => words.Count > 0)
            ?? QuestionLanguages.English[WordKind.Earlier];
        return age.Shown is null ? earlier[0] : $"{earlier[0]} ({age.Shown})";
    }

    /// <summary>Whether two statements differ in little more than a value.</summary>
    private static bool IsAboutTheSame(SourceSentence one, SourceSentence other)
    {
        if (one.TermSet.SetEquals(other.TermSet))
        {
            return false;
        }

        var (first, second) = (Words(one), Words(other));
        var shared = first.Count(second.Contains);
        return shared > 0 && shared >= SameThing * Math.Max(first.Count, second.Count);
    }

    private static HashSet<string> Words(SourceSentence sentence) =>
        [.. sentence.TermSet.Where(term => !char.IsDigit(term[0]))];
}
