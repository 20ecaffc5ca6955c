using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>
/// Says yes or no before a sentence that says all of a question, or denies it. In doubt only the sentence is told.
/// </summary>
internal static class YesNoAnswer
{
    /// <summary>
    /// The word for yes or no in the language of the question; null when it is no such question or nothing is certain.
    /// </summary>
    public static string? Lead(AskedQuestion question, SourceSentence sentence)
    {
        var language = question.Languages.FirstOrDefault(language => language.IsIn(WordKind.YesNo, question.Own));
        if (language is null || question.Has(WordKind.Choice) || AsksForMore(language, question)
            || IsLimited(language, question, sentence))
        {
            return null;
        }

        var isDenied = Denies(language, sentence.Text) != Denies(language, question.Own);
        foreach (var term in question.Terms.Distinct())
        {
            if (sentence.Holds(term) || sentence.Scope.Terms.Contains(term)
                || (IsPermission(language, question, term) && IsAboutPermission(language, sentence)))
            {
                continue;
            }

            if (!IsOtherNumber(term, sentence))
            {
                return null;
            }

            isDenied = true;
        }

        return language[isDenied ? WordKind.No : WordKind.Yes][0];
    }

    /// <summary>A question word, also of another language that the question may have: "was" begins questions in two.</summary>
    private static bool AsksForMore(QuestionLanguage language, AskedQuestion question) => question.Languages.Any(other =>
        other.IsIn(WordKind.Asking, other == language ? WithoutYesNo(language, question.Own) : question.Own));

    /// <summary>A word for a condition that the question itself does not have.</summary>
    private static bool IsLimited(QuestionLanguage language, AskedQuestion question, SourceSentence sentence) =>
        language.Matches(WordKind.Limits, sentence.Text)
            .Any(limit => !question.Own.Contains(limit, StringComparison.OrdinalIgnoreCase));

    private static bool Denies(QuestionLanguage language, string text) => language.IsIn(WordKind.Not, text);

    private static bool IsPermission(QuestionLanguage language, AskedQuestion question, string term) =>
        language.Matches(WordKind.Allowed, question.Own).Any(word => question.Analyze(word).Contains(term));

    private static bool IsAboutPermission(QuestionLanguage language, SourceSentence sentence) =>
        language.IsIn(WordKind.Allowed, sentence.Text) || language.IsIn(WordKind.Not, sentence.Text);

    /// <summary>The question has a number, and the sentence another one instead.</summary>
    private static bool IsOtherNumber(string term, SourceSentence sentence) =>
        char.IsDigit(term[0]) && sentence.Terms.Any(other => char.IsDigit(other[0]));

    /// <summary>In some languages the word that begins such a question also asks for other things.</summary>
    private static string WithoutYesNo(QuestionLanguage language, string question) =>
        language.Matches(WordKind.YesNo, question).FirstOrDefault() is { Length: < 12 } word
            ? question.Replace(word, " ", StringComparison.OrdinalIgnoreCase)
            : question;
}
