using System.Text.RegularExpressions;
using RagAspire.Answers.Extractive.Languages;
using RagAspire.Vectors.Terms;

namespace RagAspire.Answers.Extractive;

/// <summary>Reduces questions and source texts to terms: by the index's analysis, irregular forms to their base.</summary>
internal sealed partial class QuestionTerms(TextAnalyzer analyzer)
{
    private readonly IrregularForms _forms = new(analyzer);

    public IReadOnlyList<string> Terms(string text) => [.. analyzer.Terms(text).Select(_forms.BaseOf)];

    /// <summary>
    /// The terms of a question's subject, without its question words, auxiliaries, articles and prepositions; all its terms when
    /// none would be left.
    /// </summary>
    public IReadOnlyList<string> ContentTerms(string question)
    {
        var terms = Terms(Subject(question));
        return terms.Count > 0 ? terms : Terms(question);
    }

    private static string Subject(string question)
    {
        var subject = question;
        foreach (var language in QuestionLanguages.Of(question))
        {
            subject = language.WithoutWordsInside(language.WithoutCounted(subject));
            subject = Word().Replace(subject, word => language.IsFunctionWord(word.Value) ? " " : language.WithoutEnding(word.Value));
        }

        // In Japanese the syllables between the ideographs are endings and particles.
        var ideographs = Hiragana().Replace(subject, " ");
        return ideographs.Any(char.IsLetterOrDigit) ? ideographs : subject;
    }

    [GeneratedRegex(@"[\p{L}\p{M}]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\p{IsHiragana}+")]
    private static partial Regex Hiragana();
}
