using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive.Tables;

/// <summary>A question for the most or the least of a column, or for a comparison of two rows by it.</summary>
/// <param name="IsMost">For the greatest value; else for the least.</param>
/// <param name="IsComparison">Between things that the question names.</param>
/// <param name="Words">Those of the superlative or the comparative, in the question.</param>
/// <param name="Columns">The names of columns that they mean without naming one: "price" of cheapest.</param>
internal sealed record ColumnQuestion(bool IsMost, bool IsComparison, string Words, IReadOnlyList<string> Columns)
{
    public static ColumnQuestion? Read(AskedQuestion question)
    {
        var compares = question.Has(WordKind.Choice) || question.Has(WordKind.Than);
        return (compares ? Find(question, WordKind.Less, false, true) ?? Find(question, WordKind.More, true, true) : null)
            ?? Find(question, WordKind.Least, false, false)
            ?? Find(question, WordKind.Most, true, false);
    }

    private static ColumnQuestion? Find(AskedQuestion question, WordKind kind, bool isMost, bool isComparison)
    {
        foreach (var language in question.Languages)
        {
            if (language.Find(kind, question.Own) is { Entry: var entry, Words: var words })
            {
                var columns = entry.Contains('=') ? entry.Split('=')[1].Split('|') : [];
                return new ColumnQuestion(isMost, isComparison, words, columns);
            }
        }

        return null;
    }
}
