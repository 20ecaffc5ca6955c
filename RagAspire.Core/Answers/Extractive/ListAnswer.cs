using RagAspire.Answers.Extractive.Languages;

namespace RagAspire.Answers.Extractive;

/// <summary>Answers with a list as a whole: how something is done, and which things there are.</summary>
internal static class ListAnswer
{
    /// <summary>The share of the question's terms that introduction and headings of a list must contain.</summary>
    private const double Enough = .6;

    /// <summary>What an item's term is worth for that share, against one of the introduction.</summary>
    private const double InItems = .5;

    /// <summary>A longer list is a document of its own.</summary>
    private const int MostSentences = 60;

    /// <summary>The list that answers a question; null when single sentences do.</summary>
    /// <param name="best">The sentence that answers best.</param>
    public static TextList? Find(AskedQuestion question, SourceSentences sources, SourceSentence best, Func<SourceSentence,
        bool> isAdmitted)
    {
        var lists = sources.BySource.SelectMany(TextList.Of)
            .Where(list => list.Sentences.Count <= MostSentences && list.Items.Any(isAdmitted))
            .Select(list => (List: list, Share: Share(question, list)))
            .ToList();
        if (question.Has(WordKind.HowTo) || question.Has(WordKind.Steps))
        {
            return lists.Where(list => list.Share >= Enough && (list.List.IsOrdered || list.List.Introduction is not null))
                .OrderByDescending(list => list.Share)
                .ThenBy(list => list.List.Items[0].Number)
                .FirstOrDefault().List;
        }

        var around = lists.FirstOrDefault(list => list.List.Sentences.Contains(best));
        return around.List is { } found
            && (found.Introduction == best || (question.Expected == ExpectedAnswer.Anything && around.Share >= Enough))
            ? found
            : null;
    }

    private static double Share(AskedQuestion question, TextList list)
    {
        var terms = question.Terms.Distinct().Where(term => !question.IsStep(term)).ToList();
        var scope = list.Items[0].Scope.Terms;
        var found = terms.Sum(term =>
            list.Introduction?.Holds(term) == true
                || scope.Any(other => other == term || SourceSentence.AreAlike(term, other)) ? 1
            : list.Items.Any(item => item.Holds(term)) ? InItems
            : 0);
        return terms.Count == 0 ? 0 : found / terms.Count;
    }
}
